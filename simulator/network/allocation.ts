import { contains, formatIp, hosts, parseCidr, parseIp, pickFree, slaacAddress } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { addressTaken, invalidInput, noAddressLeft, noSubnetFor, notFound } from "./refusals.ts"
import type { FixedIp, Subnet } from "./rows.ts"
import type { NetworkState } from "./state.ts"
import { poolRange } from "./subnet-checks.ts"

export interface WantedIp {
  readonly subnet_id?: string
  readonly ip_address?: string
}

const holds = (subnet: Subnet, address: string): boolean => {
  const [cidr, ip] = [parseCidr(subnet.cidr), parseIp(address)]
  if (!cidr || !ip || cidr.version !== ip.version || !contains(cidr, ip.value)) return false
  return cidr.version === 6 || contains(hosts(cidr), ip.value)
}

const invalidIp = (address: string, type: string, where: string): Refusal =>
  new Refusal(400, type, `IP address ${address} is not a valid IP for ${where}.`)

/** The refusals that come from looking for addresses, and not from anything before or after. */
export const allocationRefusals: readonly string[] = [
  "IpAddressAlreadyAllocated",
  "IpAddressGenerationFailure",
  "IpAddressGenerationFailureNoMatchingSubnet",
  "InvalidIpForSubnet",
  "InvalidIpForNetwork",
  "InvalidInput",
  "SubnetNotFound",
]

const isAuto = (subnet: Subnet): boolean =>
  subnet.ipv6_address_mode === "slaac" || subnet.ipv6_address_mode === "dhcpv6-stateless"

/** Whose addresses are looked for. */
export interface Asking {
  readonly networkId: string
  readonly mac: string
  /** Its `device_owner`: a subnet with `service_types` is for ports of these only, and they look there first. */
  readonly owner: string
  /** undefined: it is not made yet. */
  readonly portId?: string | undefined
}

/** Finds and takes addresses for one port. */
export function allocator(state: NetworkState, { networkId, mac, owner, portId }: Asking) {
  const all = state.subnets.find("network", networkId)
  const forOthers = (subnet: Subnet) =>
    subnet.service_types.length > 0 &&
    !subnet.service_types.includes(owner) &&
    !(owner === "network:dhcp" && subnet.enable_dhcp)
  const subnets = all
    .filter((subnet) => !forOthers(subnet))
    .sort((a, b) => Number(b.service_types.length > 0) - Number(a.service_types.length > 0))
  if (subnets.length === 0 && all.length > 0) throw noSubnetFor(networkId, owner)
  const mine = new Set<string>()
  const taken = (subnet: Subnet, address: string): boolean => {
    const key = `${subnet.id}/${address}`
    const holder = state.ports.first("ip", key)
    return mine.has(key) || state.stranded.has(key) || (holder !== undefined && holder.id !== portId)
  }
  const take = (subnet: Subnet, address: string): FixedIp => {
    if (taken(subnet, address)) throw addressTaken(address, subnet.id)
    mine.add(`${subnet.id}/${address}`)
    return { subnet_id: subnet.id, ip_address: address }
  }
  const any = (subnet: Subnet): FixedIp | undefined => {
    const cidr = parseCidr(subnet.cidr)
    if (cidr && isAuto(subnet)) return take(subnet, formatIp(6, slaacAddress(cidr, mac)))
    const value = pickFree(subnet.allocation_pools.map(poolRange), (one) =>
      taken(subnet, formatIp(subnet.ip_version, one)),
    )
    return value === undefined ? undefined : take(subnet, formatIp(subnet.ip_version, value))
  }
  const find = (id: string): Subnet => {
    const subnet = state.subnets.get(id)
    if (!subnet) throw notFound.subnet(id)
    if (subnet.network_id !== networkId || forOthers(subnet))
      throw invalidInput(
        `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${id}`,
      )
    return subnet
  }

  /** An address is given, or its subnet alone, or both. */
  const wanted = (asked: WantedIp): FixedIp => {
    const address = asked.ip_address
    if (asked.subnet_id === undefined && address === undefined)
      throw invalidInput("IP allocation requires subnet_id or ip_address")
    const subnet =
      asked.subnet_id === undefined ? subnets.find((one) => holds(one, address ?? "")) : find(asked.subnet_id)
    if (!subnet)
      throw invalidIp(address ?? "", "InvalidIpForNetwork", "any of the subnets on the specified network")
    if (address === undefined) {
      const found = any(subnet)
      if (!found) throw noAddressLeft(networkId)
      return found
    }
    if (!holds(subnet, address)) throw invalidIp(address, "InvalidIpForSubnet", "the specified subnet")
    return take(subnet, formatIp(subnet.ip_version, parseIp(address)?.value ?? 0n))
  }

  /** One IPv4 and one IPv6 address, whichever subnets have one left, and one on each SLAAC subnet. */
  const automatic = (): FixedIp[] => {
    const found: FixedIp[] = []
    for (const version of [4, 6] as const) {
      const choices = subnets.filter((subnet) => subnet.ip_version === version && !isAuto(subnet))
      const one = choices
        .map((subnet) => () => any(subnet))
        .reduce<FixedIp | undefined>((got, next) => got ?? next(), undefined)
      if (choices.length > 0 && !one) throw noAddressLeft(networkId)
      if (one) found.push(one)
    }
    return [...found, ...subnets.filter(isAuto).flatMap((subnet) => any(subnet) ?? [])]
  }

  return {
    wanted: (asked: readonly WantedIp[]): FixedIp[] =>
      [...asked]
        .sort((a, b) => Number(b.ip_address !== undefined) - Number(a.ip_address !== undefined))
        .map(wanted),
    automatic,
  }
}
