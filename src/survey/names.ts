import { liveAttributes, type TabledKind } from "../planning/attributes.ts"
import type { SourceObject, SourceTenant } from "../planning/source.ts"
import { equalUnordered } from "../planning/unordered.ts"
import type { LiveSource } from "./read.ts"

/** How objects of the cloud are called in the plan. */
export interface Names {
  /** Ids that the cloud shows. */
  readonly seen: ReadonlySet<string>
  /** Ids that have a row. */
  readonly rows: ReadonlySet<string>
  /** The key of an object: its row's, else made of its id. */
  key(id: string): string
  /** What every object has. */
  named<Kind extends TabledKind>(kind: Kind, seen: Resource): SourceObject<Kind>
}

interface Resource {
  readonly id: string
  readonly name: string
  readonly description?: string | null
  readonly tags?: readonly string[]
  readonly qos_policy_id?: string | null
}

export function names(rows: SourceTenant, live: LiveSource): Names {
  const groups = rows.securityGroups.flatMap((group) => [group, ...group.rules])
  const objects = [
    ...rows.networks,
    ...rows.subnets,
    ...rows.routers,
    ...groups,
    ...rows.ports,
    ...rows.ignoredPorts,
  ]
  const keys = new Map(objects.map(({ backendId, key }) => [backendId, key]))
  const policies = new Set(live.policies.map(({ id }) => id))
  const key = (id: string) => keys.get(id) ?? id.replaceAll("-", "")
  return {
    seen: new Set(idsOf(live)),
    rows: new Set(keys.keys()),
    key,
    named: (kind, { id, name, description, tags, qos_policy_id: policy, ...rest }) => ({
      key: key(id),
      backendId: id,
      name,
      description: description ?? "",
      live: liveAttributes(kind, rest),
      ...(tags && tags.length > 0 && { tags }),
      ...(policy && {
        qosPolicy: policies.has(policy)
          ? { key: key(policy) }
          : { notCopied: `Its QoS policy ${policy} does not belong to the tenant.` },
      }),
    }),
  }
}

function idsOf(live: LiveSource): readonly string[] {
  const rules = live.groups.flatMap((group) => group.security_group_rules)
  return [live.networks, live.subnets, live.routers, live.groups, live.ports, rules].flatMap((list) =>
    list.map(({ id }) => id),
  )
}

/** What the planner works out of several rows, so that a difference says nothing. */
const derived = new Set(["live", "tags", "qosPolicy", "gateway", "interfaces", "hasGateway", "rules"])

/** The attributes in which a row and the live object differ. */
export function differsFromRows(row: SourceObject, seen: SourceObject): readonly string[] {
  const shown = seen as unknown as Readonly<Record<string, unknown>>
  return Object.entries(row).flatMap(([attribute, value]) =>
    derived.has(attribute) || equalUnordered(value, shown[attribute]) ? [] : [attribute],
  )
}
