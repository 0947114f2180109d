import { overlaps, samePrefix } from "../../src/planning/addresses.ts"
import type { SourceNetwork, SourceSubnet, SourceTenant } from "../../src/planning/source.ts"
import { type AddressBook, addressBook, identity } from "./address-book.ts"
import { generateRouters } from "./arbitrary-routers.ts"
import { generateGroups, generatePorts } from "./arbitrary-security.ts"
import { block, type Choices, host, hostCount, hostIndex, prefixOf } from "./choices.ts"

export interface TenantOptions {
  /** Whether a subnet of one network may lie inside a subnet of another, as Neutron allows. @default false */
  readonly nested?: boolean
}

/** Generates a tenant that real Neutron accepts: its checks refuse nothing in it. */
export function generateTenant(choices: Choices, { nested = false }: TenantOptions): SourceTenant {
  const keys = Array.from({ length: choices.int(0, 4) }, (_, index) => identity(choices, "a", index))
  const taken = addressBook()
  const subnets = generateSubnets(choices, keys, taken, nested)
  const networks = keys.map((one): SourceNetwork => {
    const six = subnets.some((subnet) => subnet.network === one.key && subnet.ipVersion === 6)
    // IPv6 needs an MTU of 1280; Neutron refuses a subnet on a network of less.
    return { ...one, mtu: choices.flag() ? choices.int(six ? 1280 : 68, 1450) : null }
  })
  const securityGroups = generateGroups(choices, subnets)
  return {
    name: choices.name(),
    description: choices.words(),
    networks,
    subnets,
    routers: generateRouters(choices, subnets, taken),
    securityGroups,
    ports: generatePorts(choices, networks, subnets, securityGroups, taken),
    ignoredPorts: Array.from({ length: choices.int(0, 2) }, (_, index) => ({
      key: identity(choices, "f", index).key,
      backendId: "",
      name: choices.name(),
      reason: "Its instance is not in state OK.",
    })),
    quotas: generateQuotas(choices),
  }
}

const homes = ["10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/16", "192.168.0.0/16", "fd00:1::/48", "fd00:2::/48"]
const lengths = { 4: [24, 24, 24, 20, 22, 25, 26, 28, 29], 6: [64, 64, 80, 112, 120] } as const

/** Returns a CIDR from few blocks of few ranges, so that neighbours, equal CIDRs and halves are frequent. */
function generateCidr(choices: Choices): string {
  const home = prefixOf(choices.any(homes) ?? "10.0.0.0/16")
  const length = choices.any(lengths[home.version]) ?? 64
  return block(home, length, choices.int(0, 7))
}

function generateSubnets(
  choices: Choices,
  networks: readonly { readonly key: string }[],
  taken: AddressBook,
  nested: boolean,
): readonly SourceSubnet[] {
  const subnets: SourceSubnet[] = []
  for (const { key: network } of networks) {
    for (let count = choices.int(0, 3); count > 0; count--) {
      const elsewhere = subnets.filter((other) => other.network !== network)
      const cidr = (choices.rarely(5) ? choices.any(elsewhere)?.cidr : undefined) ?? generateCidr(choices)
      const refused = subnets.some((other) => {
        const [mine, theirs] = [prefixOf(cidr), prefixOf(other.cidr)]
        const apart = other.network !== network && (nested || samePrefix(mine, theirs))
        return !apart && overlaps(mine, theirs)
      })
      if (!refused) subnets.push(generateSubnet(choices, network, cidr, subnets.length))
    }
  }
  for (const subnet of subnets) if (subnet.gatewayIp !== null) taken.takeThis(subnet, subnet.gatewayIp)
  return subnets
}

function generateSubnet(choices: Choices, network: string, cidr: string, index: number): SourceSubnet {
  const place = choices.one([0n, 0n, hostCount(cidr) - 1n, BigInt(choices.place())])
  const gatewayIp = choices.rarely(4) ? null : host(cidr, place)
  const version = prefixOf(cidr).version
  const far = version === 4 ? ["192.0.2.53", "198.51.100.53"] : ["2001:db8::53", "2001:db8::35"]
  const destinations = version === 4 ? ["10.210.1.0/24", "0.0.0.0/0"] : ["fd99:1::/64", "::/0"]
  return {
    ...identity(choices, "b", index),
    network,
    cidr,
    ipVersion: version,
    gatewayIp,
    enableDhcp: choices.flag(),
    allocationPools: generatePools(choices, cidr, gatewayIp),
    dnsNameservers: choices.some([...far, host(cidr, choices.place())]),
    hostRoutes: choices
      .some(destinations)
      .map((destination) => ({ destination, nexthop: host(cidr, choices.place()) })),
  }
}

/** Generates one or two pools that overlap neither each other nor the gateway. */
function generatePools(
  choices: Choices,
  cidr: string,
  gatewayIp: string | null,
): SourceSubnet["allocationPools"] {
  const last = hostCount(cidr) - 1n
  const gateway = gatewayIp === null ? -1n : hostIndex(cidr, gatewayIp)
  const wishes = [0, 0, 0, 0].map(() => BigInt(choices.place()) % (last + 1n))
  const ends = [...new Set([...wishes, ...(choices.rarely(4) ? [last] : [])])].sort((a, b) =>
    a < b ? -1 : 1,
  )
  const [first = 0n, second = first, third, fourth] = ends
  const ranges = [
    { start: first, end: second },
    ...(third === undefined || fourth === undefined || third <= second + 1n
      ? []
      : [{ start: third, end: fourth }]),
  ].flatMap(({ start, end }) => {
    if (gateway < start || gateway > end) return [{ start, end }]
    return gateway > start
      ? [{ start, end: gateway - 1n }]
      : end > gateway
        ? [{ start: gateway + 1n, end }]
        : []
  })
  const only = gateway === 0n ? 1n : 0n
  return (ranges.length > 0 ? ranges : [{ start: only, end: only }]).map(({ start, end }) => ({
    start: host(cidr, start),
    end: host(cidr, end),
  }))
}

function generateQuotas(choices: Choices): Readonly<Record<string, number>> {
  const names = choices.some([
    ...["instances", "volumes", "snapshots", "security_group_count", "security_group_rule_count"],
    ...["network_count", "subnet_count", "port_count", "floating_ip_count"],
  ])
  return Object.fromEntries(names.map((name) => [name, choices.any([-1, 0, choices.int(1, 500)]) ?? 0]))
}
