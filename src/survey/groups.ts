import type { SourceSecurityGroup } from "../planning/source.ts"
import type { Names } from "./names.ts"
import type { LiveSource } from "./read.ts"

export function liveGroups(live: LiveSource, known: Names): readonly SourceSecurityGroup[] {
  const own = new Set(live.groups.map(({ id }) => id))
  return live.groups.map((group) => ({
    ...known.named("security_group", group),
    rules: group.security_group_rules.map((rule) => ({
      key: known.key(rule.id),
      backendId: rule.id,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol,
      portMin: rule.port_range_min,
      portMax: rule.port_range_max,
      remoteIpPrefix: rule.remote_ip_prefix,
      remoteGroup: remoteGroup(rule.remote_group_id, own, known),
      ...(rule.remote_address_group_id && { remoteAddressGroup: known.key(rule.remote_address_group_id) }),
      description: rule.description ?? "",
      ...(rule.tags && rule.tags.length > 0 && { tags: rule.tags }),
    })),
  }))
}

function remoteGroup(id: string | null, own: ReadonlySet<string>, known: Names): string | null {
  if (id === null) return null
  return own.has(id) ? known.key(id) : "elsewhere"
}
