/**
 * Number of default rules of a new group in stock Neutron: all egress, over IPv4 and over IPv6. Operators may change
 * it.
 */
export const defaultRuleCount = 2

/** Neutron creates a group and its default rules in one transaction, which takes well under this time. */
const creationMs = 10_000

/**
 * Whether a rule may be a default rule: it was created together with its group. A later rule was added by a user. true
 * also for a Neutron without the extension `timestamp`, which shows no times.
 */
export function mayBeDefaultRule(createdAt: string | undefined, groupCreatedAt: string | undefined): boolean {
  if (createdAt === undefined || groupCreatedAt === undefined) return true
  return Date.parse(createdAt) - Date.parse(groupCreatedAt) <= creationMs
}

interface RuleAttributes {
  readonly direction: string
  readonly protocol: unknown
  readonly port_range_min: unknown
  readonly remote_ip_prefix: unknown
  readonly remote_group_id: unknown
  readonly description: string
}

/** Whether a desired rule equals a default rule of stock Neutron. */
export function isDefaultRule(rule: RuleAttributes): boolean {
  const { direction, protocol, port_range_min, remote_ip_prefix, remote_group_id, description } = rule
  const open = [protocol, port_range_min, remote_ip_prefix, remote_group_id].every((value) => value === null)
  return direction === "egress" && open && description === ""
}
