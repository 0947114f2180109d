import type { SourceSecurityGroup } from "../planning/source.ts"
import type { LiveSource } from "./read.ts"
import type { SourceKeys } from "./source-keys.ts"

export function liveGroups(live: LiveSource, keys: SourceKeys): readonly SourceSecurityGroup[] {
  const own = new Set(live.groups.map(({ id }) => id))
  return live.groups.map((group) => ({
    ...keys.describe("security_group", group),
    rules: group.security_group_rules.map((rule) => ({
      key: keys.of(rule.id),
      backendId: rule.id,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol,
      portMin: rule.port_range_min,
      portMax: rule.port_range_max,
      remoteIpPrefix: rule.remote_ip_prefix,
      remoteGroup: remoteGroup(rule.remote_group_id, own, keys),
      ...(rule.remote_address_group_id && { remoteAddressGroup: keys.of(rule.remote_address_group_id) }),
      description: rule.description ?? "",
      ...(rule.tags && rule.tags.length > 0 && { tags: rule.tags }),
    })),
  }))
}

function remoteGroup(id: string | null, own: ReadonlySet<string>, keys: SourceKeys): string | null {
  if (id === null) return null
  return own.has(id) ? keys.of(id) : "elsewhere"
}
