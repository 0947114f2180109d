import {
  type Cidr,
  contains,
  formatCidr,
  formatIp,
  hosts,
  type IpVersion,
  overlaps,
  parseCidr,
  parseIp,
  type Range,
  without,
} from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { quoted } from "../values.ts"
import { invalidInput } from "./refusals.ts"
import type { Pool, Route, Subnet } from "./rows.ts"

const maxNameServers = 5
const maxRoutes = 20
const autoModes = ["slaac", "dhcpv6-stateless"]

export function readCidr(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw invalidInput(`${text} is not in a CIDR format`)
  return cidr
}

export function checkVersion(name: string, text: string, version: IpVersion): void {
  const address = parseIp(text.split("/")[0] ?? "")
  if (address && address.version !== version)
    throw invalidInput(`${name} '${text}' does not match the ip_version '${version}'`)
}

export function checkPrefix(cidr: Cidr, dhcp: boolean): void {
  if (!dhcp) return
  if (cidr.first === 0n)
    throw invalidInput(
      `First IP '${formatIp(cidr.version, 0n)}' of network is not supported if enable_dhcp is True.`,
    )
  if (cidr.prefix > (cidr.version === 4 ? 30 : 126))
    throw invalidInput("Subnet has a prefix length that is incompatible with DHCP service enabled")
}

export function checkModes(cidr: Cidr, dhcp: boolean, ra: string | null, address: string | null): void {
  for (const [name, mode] of [
    ["ipv6_ra_mode", ra],
    ["ipv6_address_mode", address],
  ] as const)
    if (mode !== null && cidr.version === 4) throw invalidInput(`${name} is not valid when ip_version is 4`)
  if (ra === null && address === null) return
  if (!dhcp)
    throw invalidInput("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
  if (ra !== null && address !== null && ra !== address)
    throw invalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${address}' is not valid. If both attributes are set, they must be the same value`,
    )
  if (autoModes.includes(address ?? ra ?? "") && cidr.prefix !== 64)
    throw invalidInput(
      `Invalid CIDR ${formatCidr(cidr)} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    )
}

/** Accepts a gateway outside the subnet, and refuses the first and last address of an IPv4 block. */
export function checkGateway(cidr: Cidr, gateway: string | null): void {
  const address = gateway === null ? undefined : parseIp(gateway)
  if (!address || !contains(cidr, address.value) || cidr.version === 6) return
  if (!contains(hosts(cidr), address.value)) throw invalidInput("Gateway is not valid on subnet")
}

export const defaultGateway = (cidr: Cidr): string =>
  formatIp(cidr.version, cidr.version === 6 ? cidr.first : hosts(cidr).start)

export const defaultPools = (cidr: Cidr, gateway: string | null): Pool[] =>
  without(hosts(cidr), gateway === null ? undefined : parseIp(gateway)?.value).map(({ start, end }) => ({
    start: formatIp(cidr.version, start),
    end: formatIp(cidr.version, end),
  }))

export const poolRange = (pool: Pool): Range => ({
  start: parseIp(pool.start)?.value ?? 0n,
  end: parseIp(pool.end)?.value ?? -1n,
})

const name = (pool: Pool): string => `${pool.start}-${pool.end}`

const badPool = (shown: string): Refusal =>
  new Refusal(400, "InvalidAllocationPool", `The allocation pool ${shown} is not valid.`)

/** Returns the pools in the form in which Neutron stores them. */
export function checkPools(cidr: Cidr, given: readonly Pool[]): Pool[] {
  const pools = given.map(({ start, end }) => {
    const [first, last] = [parseIp(start), parseIp(end)]
    if (!first || !last || first.version !== cidr.version || last.version !== cidr.version)
      throw badPool(`${start}-${end}`)
    if (last.value < first.value) throw badPool(quoted({ start, end }))
    return { start: formatIp(cidr.version, first.value), end: formatIp(cidr.version, last.value) }
  })
  const whole = cidr.version === 6 ? { start: cidr.first + 1n, end: cidr.last } : hosts(cidr)
  for (const pool of pools) {
    const { start, end } = poolRange(pool)
    if (!contains(whole, start) || !contains(whole, end))
      throw new Refusal(
        400,
        "OutOfBoundsAllocationPool",
        `The allocation pool ${name(pool)} spans beyond the subnet cidr ${formatCidr(cidr)}.`,
      )
  }
  const sorted = pools
    .map((pool) => ({ pool, ...poolRange(pool) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  sorted.forEach((one, index) => {
    const next = sorted[index + 1]
    if (next && next.start <= one.end)
      throw new Refusal(
        409,
        "OverlappingAllocationPools",
        `Found overlapping allocation pools: ${name(one.pool)} ${name(next.pool)} for subnet ${formatCidr(cidr)}.`,
      )
  })
  return pools
}

export function checkGatewayInPools(gateway: string | null, pools: readonly Pool[]): void {
  const address = gateway === null ? undefined : parseIp(gateway)
  const hit = address && pools.find((pool) => contains(poolRange(pool), address.value))
  if (hit)
    throw new Refusal(
      409,
      "GatewayConflictWithAllocationPools",
      `Gateway ip ${gateway} conflicts with allocation pool ${name(hit)}.`,
    )
}

export function checkCounts(id: string, servers: readonly string[], routes: readonly Route[]): void {
  const refuse = (type: string, what: string, max: number) =>
    new Refusal(
      400,
      type,
      `Unable to complete operation for ${id}. The number of ${what} exceeds the limit ${max}.`,
    )
  if (servers.length > maxNameServers)
    throw refuse("DNSNameServersExhausted", "DNS nameservers", maxNameServers)
  if (routes.length > maxRoutes) throw refuse("HostRoutesExhausted", "host routes", maxRoutes)
}

export function checkNoOverlap(cidr: Cidr, networkId: string, others: readonly Subnet[]): void {
  const hit = others.some((subnet) => {
    const other = parseCidr(subnet.cidr)
    return other !== undefined && overlaps(cidr, other)
  })
  if (hit)
    throw invalidInput(
      `Requested subnet with cidr: ${formatCidr(cidr)} for network: ${networkId} overlaps with another subnet`,
    )
}
