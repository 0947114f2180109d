/** Rules that a stock Neutron gives a new group: everything may leave, over IPv4 and over IPv6. An operator may change that. */
export const bornRules = 2

interface Rule {
  readonly direction: string
  readonly protocol: unknown
  readonly port_range_min: unknown
  readonly remote_ip_prefix: unknown
  readonly remote_group_id: unknown
  readonly description: string
}

/** Whether a rule is one of those. */
export function isBorn(rule: Rule): boolean {
  const { direction, protocol, port_range_min, remote_ip_prefix, remote_group_id, description } = rule
  const open = [protocol, port_range_min, remote_ip_prefix, remote_group_id].every((value) => value === null)
  return direction === "egress" && open && description === ""
}
