import type { SurveyFinding } from "../models/own-tables.ts"
import type { KindName } from "../planning/kind-names.ts"
import type { SourceTenant } from "../planning/source.ts"
import { liveGroups } from "./groups.ts"
import { differsFromRows, type Names, names } from "./names.ts"
import { liveExtras } from "./other-resources.ts"
import { livePorts } from "./ports.ts"
import type { LiveSource } from "./read.ts"
import { liveNetworks, liveRouters, liveSubnets } from "./topology.ts"

export interface Completed {
  readonly source: SourceTenant
  /** Where rows and cloud tell different things. */
  readonly findings: readonly SurveyFinding[]
  /** What the rows hold and the source no longer has. */
  readonly gone: readonly { readonly kind: KindName; readonly key: string; readonly name: string }[]
}

/**
 * The source as the cloud shows it, with the keys of the rows. The rows still say what was chosen (networks, and ports
 * by the state of their instances); what has no row is new, and is copied where nothing was chosen.
 *
 * @param chosen whether the request names networks: then others are not its business
 */
export function completeSource(rows: SourceTenant, live: LiveSource, chosen: boolean): Completed {
  const known = names(rows, live)
  const networks = liveNetworks(live, known, chosen)
  const subnets = liveSubnets(live, known, networks)
  const securityGroups = liveGroups(live, known)
  const { ports, ignoredPorts } = livePorts(rows, live, known, { networks, subnets, chosen })
  const source: SourceTenant = {
    name: rows.name,
    description: rows.description,
    networks,
    subnets,
    routers: liveRouters(live, known, subnets),
    securityGroups,
    ports,
    ignoredPorts,
    quotas: rows.quotas,
    live: liveExtras(live, known, { networks, securityGroups, ports }),
  }
  return { source, gone: gone(rows, known), findings: findings(rows, source, known) }
}

const lists = [
  ["network", "networks"],
  ["subnet", "subnets"],
  ["router", "routers"],
  ["security_group", "securityGroups"],
  ["port", "ports"],
] as const

function gone(rows: SourceTenant, known: Names): Completed["gone"] {
  const objects = lists.flatMap(([kind, list]) =>
    rows[list].flatMap(({ key, name, backendId }) =>
      known.seen.has(backendId) ? [] : [{ kind, key, name }],
    ),
  )
  const rules = rows.securityGroups.flatMap((group) =>
    group.rules.flatMap(({ key, backendId, direction }) =>
      known.seen.has(backendId) || !known.seen.has(group.backendId)
        ? []
        : [{ kind: "security_group_rule" as const, key, name: `${direction} rule of ${group.name}` }],
    ),
  )
  return [...objects, ...rules]
}

function findings(rows: SourceTenant, source: SourceTenant, known: Names): readonly SurveyFinding[] {
  const lost = gone(rows, known).map((one) => ({
    ...one,
    message: "Waldur has a row for it, but the source cloud no longer has it. It is not copied.",
  }))
  const others = lists.flatMap(([kind, list]) => {
    const before = new Map(rows[list].map((one) => [one.key, one]))
    return source[list].flatMap((one): readonly SurveyFinding[] => {
      const row = before.get(one.key)
      const { key, name } = one
      if (row === undefined) {
        const message = "The source cloud has it, but Waldur has no row for it. It is copied as the cloud shows it."
        return known.rows.has(one.backendId) ? [] : [{ kind, key, name, message }]
      }
      return differsFromRows(row, one).map((attribute) => ({
        kind,
        key,
        name,
        message: `Its ${attribute} in the source cloud differs from Waldur's row. The cloud's value is copied.`,
      }))
    })
  })
  return [...lost, ...others]
}
