import type { SurveyFinding } from "../models/own-tables.ts"
import type { KindName } from "../planning/kind-names.ts"
import type { SourceTenant } from "../planning/source.ts"
import { liveGroups } from "./groups.ts"
import { liveOnlyParts } from "./other-resources.ts"
import { livePorts } from "./ports.ts"
import type { LiveSource } from "./read.ts"
import { changedAttributes, type SourceKeys, sourceKeys } from "./source-keys.ts"
import { liveNetworks, liveRouters, liveSubnets } from "./topology.ts"

export interface CompletedSource {
  readonly source: SourceTenant
  /** Where rows and cloud differ. */
  readonly findings: readonly SurveyFinding[]
  /** Objects that have a row and no longer exist in the source. */
  readonly gone: readonly { readonly kind: KindName; readonly key: string; readonly name: string }[]
}

/**
 * Returns the source as the cloud shows it, with the keys of the rows. The rows determine which networks are chosen, and
 * which ports (by the state of their instances). An object without a row is new; it is copied unless the request names
 * networks. Pure.
 *
 * @param chosen whether the request names networks
 */
export function completeSource(rows: SourceTenant, live: LiveSource, chosen: boolean): CompletedSource {
  const keys = sourceKeys(rows, live)
  const networks = liveNetworks(live, keys, chosen)
  const subnets = liveSubnets(live, keys, networks)
  const securityGroups = liveGroups(live, keys)
  const { ports, ignoredPorts } = livePorts(rows, live, keys, { networks, subnets, chosen })
  const source: SourceTenant = {
    name: rows.name,
    description: rows.description,
    networks,
    subnets,
    routers: liveRouters(live, keys, subnets),
    securityGroups,
    ports,
    ignoredPorts,
    quotas: rows.quotas,
    live: liveOnlyParts(live, keys, { networks, securityGroups, ports }),
  }
  return { source, gone: gone(rows, keys), findings: findings(rows, source, keys) }
}

const lists = [
  ["network", "networks"],
  ["subnet", "subnets"],
  ["router", "routers"],
  ["security_group", "securityGroups"],
  ["port", "ports"],
] as const

function gone(rows: SourceTenant, keys: SourceKeys): CompletedSource["gone"] {
  const objects = lists.flatMap(([kind, list]) =>
    rows[list].flatMap(({ key, name, backendId }) =>
      keys.cloudIds.has(backendId) ? [] : [{ kind, key, name }],
    ),
  )
  const rules = rows.securityGroups.flatMap((group) =>
    group.rules.flatMap(({ key, backendId, direction }) =>
      keys.cloudIds.has(backendId) || !keys.cloudIds.has(group.backendId)
        ? []
        : [{ kind: "security_group_rule" as const, key, name: `${direction} rule of ${group.name}` }],
    ),
  )
  return [...objects, ...rules]
}

function findings(rows: SourceTenant, source: SourceTenant, keys: SourceKeys): readonly SurveyFinding[] {
  const missing = gone(rows, keys).map((object) => ({
    ...object,
    message: "Waldur has a row for it, but the source cloud no longer has it. It is not copied.",
  }))
  const changed = lists.flatMap(([kind, list]) => {
    const before = new Map(rows[list].map((row) => [row.key, row]))
    return source[list].flatMap((object): readonly SurveyFinding[] => {
      const row = before.get(object.key)
      const { key, name } = object
      if (row === undefined) {
        const message =
          "The source cloud has it, but Waldur has no row for it. It is copied as the cloud shows it."
        return keys.rowIds.has(object.backendId) ? [] : [{ kind, key, name, message }]
      }
      return changedAttributes(row, object).map((attribute) => ({
        kind,
        key,
        name,
        message: `Its ${attribute} in the source cloud differs from Waldur's row. The cloud's value is copied.`,
      }))
    })
  })
  return [...missing, ...changed]
}
