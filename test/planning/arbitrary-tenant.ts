import { overlaps, samePrefix } from "../../src/planning/addresses.ts"
import type { SourceNetwork, SourceSubnet, SourceTenant } from "../../src/planning/source.ts"
import { drawRouters } from "./arbitrary-routers.ts"
import { drawGroups, drawPorts } from "./arbitrary-security.ts"
import { block, type Draw, host, hostCount, hostIndex, prefixOf } from "./generate.ts"

export interface TenantOptions {
  /** Whether a subnet of one network may lie inside a subnet of another, which Neutron takes. Default: false. */
  readonly nested?: boolean
}

/** Draws a tenant as real Neutron takes it: nothing in it is refused by its checks. */
export function drawTenant(draw: Draw, { nested = false }: TenantOptions): SourceTenant {
  const keys = Array.from({ length: draw.int(0, 4) }, (_, index) => identity(draw, "a", index))
  const taken = addressBook()
  const subnets = drawSubnets(draw, keys, taken, nested)
  const networks = keys.map((one): SourceNetwork => {
    const six = subnets.some((subnet) => subnet.network === one.key && subnet.ipVersion === 6)
    // IPv6 needs an MTU of 1280; Neutron refuses a subnet on a network of less.
    return { ...one, mtu: draw.flag() ? draw.int(six ? 1280 : 68, 1450) : null }
  })
  const securityGroups = drawGroups(draw, subnets)
  return {
    name: draw.name(),
    description: draw.words(),
    networks,
    subnets,
    routers: drawRouters(draw, subnets, taken),
    securityGroups,
    ports: drawPorts(draw, networks, subnets, securityGroups, taken),
    ignoredPorts: Array.from({ length: draw.int(0, 2) }, (_, index) => ({
      key: identity(draw, "f", index).key,
      backendId: "",
      name: draw.name(),
      reason: "Its instance is not in state OK.",
    })),
    quotas: drawQuotas(draw),
  }
}

/** Who an object is: a key as Waldur writes uuids, and an id as OpenStack does. `kind` is one hex digit. */
export function identity(draw: Draw, kind: string, index: number) {
  const digits = index.toString(16).padStart(11, "0")
  return {
    key: `${kind}0000000000000000000${kind}${digits}`,
    backendId: `${kind}1111111-1111-4111-8111-${kind}${digits}`,
    name: draw.name(),
    description: draw.words(),
  }
}

/** Which addresses of a subnet are given away. */
export interface AddressBook {
  /** The first free address from this one on; undefined: none is left. */
  take(subnet: SourceSubnet, wish: number | bigint): string | undefined
  /** Whether this very address was free. */
  takeThis(subnet: SourceSubnet, address: string): boolean
}

function addressBook(): AddressBook {
  const taken = new Set<string>()
  const takeThis = ({ key }: SourceSubnet, address: string) => {
    const free = !taken.has(`${key} ${address}`)
    taken.add(`${key} ${address}`)
    return free
  }
  return {
    takeThis,
    take(subnet, wish) {
      const count = hostCount(subnet.cidr)
      for (let step = 0n; step < count; step++) {
        const address = host(subnet.cidr, BigInt(wish) + step)
        if (address !== subnet.gatewayIp && takeThis(subnet, address)) return address
      }
      return undefined
    },
  }
}

const homes = ["10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/16", "192.168.0.0/16", "fd00:1::/48", "fd00:2::/48"]
const lengths = { 4: [24, 24, 24, 20, 22, 25, 26, 28, 29], 6: [64, 64, 80, 112, 120] } as const

/** Networks in homes of few blocks, so that neighbours, equals and halves are frequent. */
function drawCidr(draw: Draw): string {
  const home = prefixOf(draw.any(homes) ?? "10.0.0.0/16")
  const length = draw.any(lengths[home.version]) ?? 64
  return block(home, length, draw.int(0, 7))
}

function drawSubnets(
  draw: Draw,
  networks: readonly { readonly key: string }[],
  taken: AddressBook,
  nested: boolean,
): readonly SourceSubnet[] {
  const subnets: SourceSubnet[] = []
  for (const { key: network } of networks) {
    for (let count = draw.int(0, 3); count > 0; count--) {
      const elsewhere = subnets.filter((other) => other.network !== network)
      const cidr = (draw.rarely(5) ? draw.any(elsewhere)?.cidr : undefined) ?? drawCidr(draw)
      const refused = subnets.some((other) => {
        const [mine, theirs] = [prefixOf(cidr), prefixOf(other.cidr)]
        const apart = other.network !== network && (nested || samePrefix(mine, theirs))
        return !apart && overlaps(mine, theirs)
      })
      if (!refused) subnets.push(drawSubnet(draw, network, cidr, subnets.length))
    }
  }
  for (const subnet of subnets) if (subnet.gatewayIp !== null) taken.takeThis(subnet, subnet.gatewayIp)
  return subnets
}

function drawSubnet(draw: Draw, network: string, cidr: string, index: number): SourceSubnet {
  const place = draw.one([0n, 0n, hostCount(cidr) - 1n, BigInt(draw.place())])
  const gatewayIp = draw.rarely(4) ? null : host(cidr, place)
  const version = prefixOf(cidr).version
  const far = version === 4 ? ["192.0.2.53", "198.51.100.53"] : ["2001:db8::53", "2001:db8::35"]
  const destinations = version === 4 ? ["10.210.1.0/24", "0.0.0.0/0"] : ["fd99:1::/64", "::/0"]
  return {
    ...identity(draw, "b", index),
    network,
    cidr,
    ipVersion: version,
    gatewayIp,
    enableDhcp: draw.flag(),
    allocationPools: drawPools(draw, cidr, gatewayIp),
    dnsNameservers: draw.some([...far, host(cidr, draw.place())]),
    hostRoutes: draw
      .some(destinations)
      .map((destination) => ({ destination, nexthop: host(cidr, draw.place()) })),
  }
}

/** One or two pools, apart from each other and from the gateway. */
function drawPools(draw: Draw, cidr: string, gatewayIp: string | null): SourceSubnet["allocationPools"] {
  const last = hostCount(cidr) - 1n
  const gateway = gatewayIp === null ? -1n : hostIndex(cidr, gatewayIp)
  const wishes = [0, 0, 0, 0].map(() => BigInt(draw.place()) % (last + 1n))
  const ends = [...new Set([...wishes, ...(draw.rarely(4) ? [last] : [])])].sort((a, b) => (a < b ? -1 : 1))
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

function drawQuotas(draw: Draw): Readonly<Record<string, number>> {
  const names = draw.some([
    ...["instances", "volumes", "snapshots", "security_group_count", "security_group_rule_count"],
    ...["network_count", "subnet_count", "port_count", "floating_ip_count"],
  ])
  return Object.fromEntries(names.map((name) => [name, draw.any([-1, 0, draw.int(1, 500)]) ?? 0]))
}
