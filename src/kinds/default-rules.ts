/** Rules that a stock Neutron gives a new group: everything may leave, over IPv4 and over IPv6. An operator may change that. */
export const bornRules = 2

/** In one transaction, which takes Neutron well under this time. */
const birthMs = 10_000

/**
 * Whether a rule may have come with its group. A rule that was made later is a person's. A Neutron without its
 * `timestamp` extension does not tell.
 */
export function mayBeBorn(madeAt: string | undefined, groupMadeAt: string | undefined): boolean {
  if (madeAt === undefined || groupMadeAt === undefined) return true
  return Date.parse(madeAt) - Date.parse(groupMadeAt) <= birthMs
}

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
