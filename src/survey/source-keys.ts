import { liveAttributes, type TabledKind } from "../planning/attributes.ts"
import type { SourceObject, SourceTenant } from "../planning/source.ts"
import { equalUnordered } from "../planning/unordered.ts"
import type { LiveSource } from "./read.ts"

/** The keys by which the plan refers to objects of the source cloud. */
export interface SourceKeys {
  /** Ids of the objects that the cloud shows. */
  readonly cloudIds: ReadonlySet<string>
  /** Ids of the objects that have a host row. */
  readonly rowIds: ReadonlySet<string>
  /** Returns the key of an object: that of its row, otherwise one made from its id. */
  of(id: string): string
  /** Returns what all objects of the source have in common. */
  describe<Kind extends TabledKind>(kind: Kind, resource: Resource): SourceObject<Kind>
}

interface Resource {
  readonly id: string
  readonly name: string
  readonly description?: string | null
  readonly tags?: readonly string[]
  readonly qos_policy_id?: string | null
}

export function sourceKeys(rows: SourceTenant, live: LiveSource): SourceKeys {
  const groups = rows.securityGroups.flatMap((group) => [group, ...group.rules])
  const objects = [
    ...rows.networks,
    ...rows.subnets,
    ...rows.routers,
    ...groups,
    ...rows.ports,
    ...rows.ignoredPorts,
  ]
  const keyById = new Map(objects.map(({ backendId, key }) => [backendId, key]))
  const ownPolicies = new Set(live.policies.map(({ id }) => id))
  const keyOf = (id: string) => keyById.get(id) ?? id.replaceAll("-", "")
  return {
    cloudIds: new Set(idsOf(live)),
    rowIds: new Set(keyById.keys()),
    of: keyOf,
    describe: (kind, { id, name, description, tags, qos_policy_id: policy, ...rest }) => ({
      key: keyOf(id),
      backendId: id,
      name,
      description: description ?? "",
      live: liveAttributes(kind, rest),
      ...(tags && tags.length > 0 && { tags }),
      ...(policy && {
        qosPolicy: ownPolicies.has(policy)
          ? { key: keyOf(policy) }
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

/** Fields that are derived from several rows, or that only the cloud has: a difference in them is no finding. */
const derived = new Set(["live", "tags", "qosPolicy", "gateway", "interfaces", "hasGateway", "rules"])

/** Returns the attributes in which a row and the object in the cloud differ. Pure. */
export function changedAttributes(row: SourceObject, seen: SourceObject): readonly string[] {
  const shown = seen as unknown as Readonly<Record<string, unknown>>
  return Object.entries(row).flatMap(([attribute, value]) =>
    derived.has(attribute) || equalUnordered(value, shown[attribute]) ? [] : [attribute],
  )
}
