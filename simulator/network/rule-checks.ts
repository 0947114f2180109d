import { formatCidr, formatIp, parseCidr } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { quoted, unquoted } from "../values.ts"
import type { Rule } from "./rows.ts"
import { protocolNames, protocolNumber } from "./same-rule.ts"

const withPorts: readonly number[] = [33, 132, 6, 17, 136]
const ipv6Only = ["icmpv6", "ipv6-icmp", "ipv6-encap", "ipv6-frag", "ipv6-nonxt", "ipv6-opts", "ipv6-route"]

const refuse = (type: string, message: string): Refusal => new Refusal(400, type, message)

export function ethertype(_name: string, value: unknown): string {
  const found = ["IPv4", "IPv6"].find((one) => one.toLowerCase() === String(value).toLowerCase())
  if (!found)
    throw refuse(
      "SecurityGroupRuleInvalidEtherType",
      `Security group rule for ethertype '${unquoted(value)}' not supported. Allowed values are ['IPv4', 'IPv6'].`,
    )
  return found
}

/** Accepts names in any case, and numbers as number or text. */
export function protocol(_name: string, value: unknown): string | null {
  if (value === null) return null
  const text = unquoted(value).toLowerCase()
  if (protocolNames.includes(text) || (/^\d+$/.test(text) && Number(text) <= 255)) return text
  throw refuse(
    "SecurityGroupRuleInvalidProtocol",
    `Security group rule protocol ${unquoted(value)} not supported. Only protocol values ${quoted([null, ...protocolNames])} and integer representations [0 to 255] are supported.`,
  )
}

export function portNumber(_name: string, value: unknown): number | null {
  if (value === null) return null
  const number = Number(value)
  if (value === "" || !Number.isInteger(number))
    throw refuse("SecurityGroupInvalidPortValue", `Invalid value for port ${unquoted(value)}`)
  return number
}

/** Stored as given, including host bits; an address without a prefix length gets one. */
export function remotePrefix(_name: string, value: unknown): string | null {
  if (value === null || value === "") return null
  const cidr = typeof value === "string" ? parseCidr(value) : undefined
  if (!cidr) throw refuse("InvalidCIDR", `Invalid CIDR ${unquoted(value)} given as IP prefix.`)
  return `${formatIp(cidr.version, cidr.value)}/${cidr.prefix}`
}

export function normalized(prefix: string | null): string | null {
  const cidr = prefix === null ? undefined : parseCidr(prefix)
  return cidr ? formatCidr(cidr) : null
}

export type RuleShape = Pick<
  Rule,
  | "ethertype"
  | "protocol"
  | "port_range_min"
  | "port_range_max"
  | "remote_ip_prefix"
  | "remote_group_id"
  | "remote_address_group_id"
>

export function checkRule(rule: RuleShape): void {
  const { port_range_min: min, port_range_max: max } = rule
  if (min !== null || max !== null) checkPorts(rule, min, max)
  if (rule.protocol !== null && ipv6Only.includes(rule.protocol) && rule.ethertype === "IPv4")
    throw refuse(
      "SecurityGroupEthertypeConflictWithProtocol",
      `Invalid ethertype IPv4 for protocol ${rule.protocol}.`,
    )
  const remotes = [rule.remote_ip_prefix, rule.remote_group_id, rule.remote_address_group_id]
  if (remotes.filter((one) => one !== null).length > 1)
    throw refuse(
      "SecurityGroupMultipleRemoteEntites",
      "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
    )
  const prefix = rule.remote_ip_prefix === null ? undefined : parseCidr(rule.remote_ip_prefix)
  if (prefix && rule.ethertype !== `IPv${prefix.version}`)
    throw refuse(
      "SecurityGroupRuleParameterConflict",
      `Conflicting value ethertype ${rule.ethertype} for CIDR ${rule.remote_ip_prefix}`,
    )
}

function checkPorts(rule: RuleShape, min: number | null, max: number | null): void {
  const number = protocolNumber(rule.protocol, rule.ethertype)
  if (number === null)
    throw refuse(
      "SecurityGroupProtocolRequiredWithPorts",
      "Must also specify protocol if port range is given.",
    )
  if (number === 1 || number === 58) {
    checkIcmp(min, max)
    return
  }
  if (!withPorts.includes(number))
    throw refuse(
      "SecurityGroupInvalidProtocolForPort",
      `Ports cannot be specified for protocol ${number}. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.`,
    )
  for (const port of [min, max])
    if (port !== null && (port < 1 || port > 65535))
      throw refuse("SecurityGroupInvalidPortValue", `Invalid value for port ${port}`)
  if (min === null || max === null || min > max)
    throw refuse(
      "SecurityGroupInvalidPortRange",
      "For TCP/UDP protocols, port_range_min must be <= port_range_max",
    )
}

function checkIcmp(type: number | null, code: number | null): void {
  for (const [field, attribute, value] of [
    ["type", "port_range_min", type],
    ["code", "port_range_max", code],
  ] as const)
    if (value !== null && (value < 0 || value > 255))
      throw refuse(
        "SecurityGroupInvalidIcmpValue",
        `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`,
      )
  if (type === null && code !== null)
    throw refuse(
      "SecurityGroupMissingIcmpType",
      `ICMP code (port-range-max) ${code} is provided but ICMP type (port-range-min) is missing.`,
    )
}
