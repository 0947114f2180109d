import type { TenantShape } from "./tenant-shape.ts"
import type { NetworkSpec, SubnetSpec } from "./tenant-spec.ts"

const purposes = ["app", "db", "storage", "cache", "queue", "build", "mail"]

/** Names repeat from the eighth network on: networks of one name are different networks. */
export function makeNetworks({ networks }: TenantShape): NetworkSpec[] {
  return Array.from({ length: networks }, (_, index) => ({
    key: `network-${index}`,
    name: purposes[index % purposes.length] ?? "",
    description: index % 3 === 1 ? "" : `Network ${index}: 10 % <reserved> & "quoted", õ`,
    ...(index % 4 === 1 && { mtu: 1_300 + index }),
  }))
}

export function makeSubnets(shape: TenantShape, networks: readonly NetworkSpec[]): SubnetSpec[] {
  return Array.from({ length: shape.subnets }, (_, index) => {
    const network = networks[Math.floor((index * shape.networks) / shape.subnets)]
    if (!network) throw new Error(`no network for subnet ${index}`)
    return {
      key: `subnet-${index}`,
      network: network.key,
      name: `${network.name}-${index}`,
      description: index % 5 === 4 ? "" : `Subnet ${index} of ${network.name}`,
      ...(shape.ipv6.includes(index) ? ipv6Addressing(index) : ipv4Addressing(index, shape)),
      hostRoutes: [],
      ...extras(index, shape),
    }
  })
}

type Addressing = Pick<
  SubnetSpec,
  "cidr" | "ipVersion" | "gatewayIp" | "allocationPools" | "dnsNameservers" | "enableDhcp"
>

function ipv4Addressing(index: number, shape: TenantShape): Addressing {
  const [first, second] = shape.sameCidr ?? []
  const block = 4 * (index === second && first !== undefined ? first : index)
  const at = (host: string) => `10.20.${host}`
  const common = {
    ipVersion: 4,
    dnsNameservers: index % 3 === 0 ? ["192.0.2.53", "198.51.100.53"] : [],
    enableDhcp: index % 7 !== 1,
  } as const
  const pool = (start: string, end: string) => ({ start: at(start), end: at(end) })
  if (index % 4 === 1)
    return {
      ...common,
      cidr: at(`${block}.0/24`),
      gatewayIp: at(`${block}.254`),
      allocationPools: [pool(`${block}.100`, `${block}.149`), pool(`${block}.160`, `${block}.199`)],
    }
  if (index % 8 === 4)
    return {
      ...common,
      cidr: at(`${block}.0/25`),
      gatewayIp: at(`${block}.1`),
      allocationPools: [pool(`${block}.100`, `${block}.120`)],
    }
  if (index % 8 === 6)
    return {
      ...common,
      cidr: at(`${block}.0/23`),
      gatewayIp: at(`${block}.1`),
      allocationPools: [pool(`${block + 1}.10`, `${block + 1}.200`)],
    }
  return {
    ...common,
    cidr: at(`${block}.0/24`),
    gatewayIp: at(`${block}.1`),
    allocationPools: [pool(`${block}.100`, `${block}.200`)],
  }
}

function ipv6Addressing(index: number): Addressing {
  const prefix = `fd00:10:20:${index}`
  return {
    cidr: `${prefix}::/64`,
    ipVersion: 6,
    gatewayIp: `${prefix}::1`,
    allocationPools: [{ start: `${prefix}::100`, end: `${prefix}::1ff` }],
    dnsNameservers: ["2001:db8::53"],
    enableDhcp: true,
  }
}

function extras(index: number, shape: TenantShape): Partial<SubnetSpec> {
  if (shape.gatewayless.includes(index)) return { gatewayIp: null }
  if (index % 6 !== 0) return {}
  const nexthop = `10.20.${4 * index}.5`
  return {
    hostRoutes: [
      { destination: `172.16.${index}.0/24`, nexthop },
      { destination: "198.18.0.0/15", nexthop },
    ],
  }
}
