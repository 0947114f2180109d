import type { GroupSpec, RuleSpec, SubnetSpec, TenantSpec } from "../../host/demo/tenant-spec.ts"

const two = (number: number) => String(number).padStart(2, "0")
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Subnets that the observed router had interfaces in at the end. */
const connected = [0, 2, 3, 4, 7, 8, 11, 15, 16, 19]

const rule: RuleSpec = {
  direction: "egress",
  ethertype: "IPv4",
  protocol: null,
  portMin: null,
  portMax: null,
  remoteIpPrefix: null,
  remoteGroup: null,
  description: "",
}

/** Returns a tenant of the shape that the original was observed with: 10 networks, 20 subnets, 21 groups, 204 rules, 1 router. */
export function shapedTenant(): TenantSpec {
  return {
    name: "live-src",
    description: "",
    networks: range(10).map((index) => ({
      key: `net-${two(index)}`,
      name: `net-${two(index)}`,
      description: `network ${index}`,
      ...(index % 6 === 0 && { mtu: 1_400 }),
    })),
    subnets: range(20).map(subnet),
    routers: [
      {
        key: "main-router",
        name: "main-router",
        description: "",
        hasGateway: true,
        interfaces: connected.map((index) => ({ subnet: `sub-${two(index)}` })),
        routes: [],
      },
    ],
    groups: [defaultGroup, ...range(20).map((index) => group(index + 1))],
    ports: [],
    quotas: {
      network: 100,
      subnet: 100,
      port: 500,
      router: 10,
      security_group: 100,
      security_group_rule: 1_000,
    },
  }
}

function subnet(index: number): SubnetSpec {
  const prefix = `10.20.${index}`
  return {
    key: `sub-${two(index)}`,
    network: `net-${two(index === 11 ? 1 : index % 10)}`,
    name: `sub-${two(index)}`,
    description: `subnet ${index}`,
    cidr: `${prefix}.0/24`,
    ipVersion: 4,
    gatewayIp: `${prefix}.1`,
    enableDhcp: true,
    allocationPools: [{ start: `${prefix}.10`, end: `${prefix}.200` }],
    dnsNameservers: index % 2 === 1 ? ["192.0.2.53", "192.0.2.54"] : [],
    hostRoutes: index === 1 ? [{ destination: "172.16.5.0/24", nexthop: `${prefix}.5` }] : [],
  }
}

const defaultGroup: GroupSpec = {
  key: "default",
  name: "default",
  description: "Default security group",
  rules: [
    rule,
    { ...rule, ethertype: "IPv6" },
    { ...rule, direction: "ingress", remoteGroup: "default" },
    { ...rule, direction: "ingress", ethertype: "IPv6", remoteGroup: "default" },
  ],
}

/** A group of ten rules: egress to everywhere, and ports of tcp and udp in turn. */
function group(number: number): GroupSpec {
  const first = 1_000 + 50 * number
  const ports = range(9).map(
    (index): RuleSpec => ({
      ...rule,
      direction: "ingress",
      protocol: index % 2 === 0 ? "tcp" : "udp",
      portMin: first + index,
      portMax: first + index + (index % 2),
      remoteIpPrefix: `10.20.${index}.0/24`,
    }),
  )
  return {
    key: `sg-${two(number)}`,
    name: `sg-${two(number)}`,
    description: `group ${number}`,
    rules: [rule, ...ports],
  }
}
