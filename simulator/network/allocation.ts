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

/** Types of the refusals that an allocation gives, and no earlier or later check. */
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

/** The port that gets the addresses. */
export interface AllocatingPort {
  readonly networkId: string
  readonly mac: string
  /** Its `device_owner`. A subnet with `service_types` is only for ports with these, and preferred for them. */
  readonly owner: string
  /** undefined: it is being created. */
  readonly portId?: string | undefined
}

/** Allocates addresses to one port. @throws Refusal */
export class Allocator {
  readonly #state: NetworkState
  readonly #port: AllocatingPort
  /** Subnets that the port may use, in order of preference. */
  readonly #subnets: readonly Subnet[]
  /** Allocated so far, as "subnet/address". */
  readonly #allocated = new Set<string>()

  constructor(state: NetworkState, port: AllocatingPort) {
    this.#state = state
    this.#port = port
    const all = state.subnets.find("network", port.networkId)
    this.#subnets = all
      .filter((subnet) => isFor(subnet, port.owner))
      .sort((a, b) => Number(b.service_types.length > 0) - Number(a.service_types.length > 0))
    if (this.#subnets.length === 0 && all.length > 0) throw noSubnetFor(port.networkId, port.owner)
  }

  /** Allocates the requested addresses, those with a given address first. */
  wanted(requests: readonly WantedIp[]): FixedIp[] {
    return [...requests]
      .sort((a, b) => Number(b.ip_address !== undefined) - Number(a.ip_address !== undefined))
      .map((request) => this.#allocate(request))
  }

  /** Allocates one IPv4 and one IPv6 address, from any subnet with a free one, and one on each SLAAC subnet. */
  automatic(): FixedIp[] {
    const found: FixedIp[] = []
    for (const version of [4, 6] as const) {
      const choices = this.#subnets.filter((subnet) => subnet.ip_version === version && !isAuto(subnet))
      const address = choices.reduce<FixedIp | undefined>(
        (got, subnet) => got ?? this.#allocateAny(subnet),
        undefined,
      )
      if (choices.length > 0 && !address) throw noAddressLeft(this.#port.networkId)
      if (address) found.push(address)
    }
    return [...found, ...this.#subnets.filter(isAuto).flatMap((subnet) => this.#allocateAny(subnet) ?? [])]
  }

  /** A request has an address, a subnet, or both. */
  #allocate({ subnet_id, ip_address: address }: WantedIp): FixedIp {
    if (subnet_id === undefined && address === undefined)
      throw invalidInput("IP allocation requires subnet_id or ip_address")
    const subnet =
      subnet_id === undefined
        ? this.#subnets.find((candidate) => holds(candidate, address ?? ""))
        : this.#subnet(subnet_id)
    if (!subnet)
      throw invalidIp(address ?? "", "InvalidIpForNetwork", "any of the subnets on the specified network")
    if (address === undefined) {
      const found = this.#allocateAny(subnet)
      if (!found) throw noAddressLeft(this.#port.networkId)
      return found
    }
    if (!holds(subnet, address)) throw invalidIp(address, "InvalidIpForSubnet", "the specified subnet")
    return this.#take(subnet, formatIp(subnet.ip_version, parseIp(address)?.value ?? 0n))
  }

  #subnet(id: string): Subnet {
    const { networkId, owner } = this.#port
    const subnet = this.#state.subnets.get(id)
    if (!subnet) throw notFound.subnet(id)
    if (subnet.network_id !== networkId || !isFor(subnet, owner))
      throw invalidInput(
        `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${id}`,
      )
    return subnet
  }

  #allocateAny(subnet: Subnet): FixedIp | undefined {
    const cidr = parseCidr(subnet.cidr)
    if (cidr && isAuto(subnet)) return this.#take(subnet, formatIp(6, slaacAddress(cidr, this.#port.mac)))
    const value = pickFree(subnet.allocation_pools.map(poolRange), (candidate) =>
      this.#isTaken(subnet, formatIp(subnet.ip_version, candidate)),
    )
    return value === undefined ? undefined : this.#take(subnet, formatIp(subnet.ip_version, value))
  }

  #take(subnet: Subnet, address: string): FixedIp {
    if (this.#isTaken(subnet, address)) throw addressTaken(address, subnet.id)
    this.#allocated.add(`${subnet.id}/${address}`)
    return { subnet_id: subnet.id, ip_address: address }
  }

  #isTaken(subnet: Subnet, address: string): boolean {
    const key = `${subnet.id}/${address}`
    const holder = this.#state.ports.first("ip", key)
    const byOther = holder !== undefined && holder.id !== this.#port.portId
    return this.#allocated.has(key) || this.#state.stranded.has(key) || byOther
  }
}

/** Whether ports with this owner may use the subnet. */
function isFor({ service_types, enable_dhcp }: Subnet, owner: string): boolean {
  if (service_types.length === 0 || service_types.includes(owner)) return true
  return owner === "network:dhcp" && enable_dhcp
}
