import t from "tap"
import { inferRouterConnections, type RouterRow, type SubnetRow } from "../../src/planning/topology.ts"

const row = (over: Partial<RouterRow> = {}): RouterRow => ({
  backendId: "r",
  addresses: [],
  ports: [],
  ...over,
})

const net = (key: string, cidr: string, over: Partial<SubnetRow> = {}): SubnetRow => ({
  key,
  cidr,
  gatewayIp: cidr.replace(/0\/\d+$/, "1"),
  isConnected: true,
  ...over,
})

const owned = (owner: string, subnet: string | undefined, ipAddress: string) => ({
  owner,
  fixedIps: [{ subnet, ipAddress }],
})
const inside = (subnet: string, ipAddress: string) => owned("network:router_interface", subnet, ipAddress)
const outside = (ipAddress: string) => owned("network:router_gateway", undefined, ipAddress)

const a = net("a", "10.1.0.0/24")
const b = net("b", "10.2.0.0/24")
/** Another network's subnet of the same range. */
const twin = net("twin", "10.1.0.0/24")
const unconnected = (subnet: SubnetRow): SubnetRow => ({ ...subnet, isConnected: false })

const connections = (routers: readonly RouterRow[], subnets: readonly SubnetRow[]) =>
  inferRouterConnections(routers, subnets).map(({ interfaces }) =>
    interfaces.map(({ subnet, ipAddress }) => `${subnet} ${ipAddress}`),
  )

for (const [title, routers, subnets, want] of [
  ["interfaces come from port rows", [row({ ports: [inside("b", "10.2.0.9")] })], [a, b], [["b 10.2.0.9"]]],
  [
    "an address that a port row has is not used a second time",
    [row({ addresses: ["10.1.0.1"], ports: [inside("twin", "10.1.0.1")] })],
    [a, twin],
    [["twin 10.1.0.1"]],
  ],
  [
    "an address without a port row is an interface in the subnet of its range",
    [row({ addresses: ["10.1.0.1", "10.2.0.7"], ports: [inside("a", "10.1.0.1")] })],
    [a, b],
    [["a 10.1.0.1", "b 10.2.0.7"]],
  ],
  [
    "without port rows interfaces come from the router's addresses",
    [row({ addresses: ["10.2.0.1", "10.1.0.254"] })],
    [a, b],
    [["b 10.2.0.1", "a 10.1.0.254"]],
  ],
  [
    "IPv6 addresses are compared in any spelling",
    [row({ addresses: ["FD00::0:1"] })],
    [net("six", "fd00::/64", { gatewayIp: "fd00::1" })],
    [["six FD00::0:1"]],
  ],
  [
    "an address outside of all subnets is no interface",
    [row({ addresses: ["10.1.0.1", "203.0.113.7"] })],
    [a],
    [["a 10.1.0.1"]],
  ],
  [
    "of two subnets of the same range the connected one is chosen",
    [row({ addresses: ["10.1.0.1"] })],
    [unconnected(a), twin],
    [["twin 10.1.0.1"]],
  ],
  [
    "of two subnets of the same range the one with that gateway is chosen",
    [row({ addresses: ["10.1.0.9"] })],
    [a, { ...twin, gatewayIp: "10.1.0.9" }],
    [["twin 10.1.0.9"]],
  ],
  [
    "two routers with the same address are in different subnets of that range",
    [row({ addresses: ["10.1.0.1"] }), row({ backendId: "s", addresses: ["10.1.0.1"] })],
    [a, twin],
    [["a 10.1.0.1"], ["twin 10.1.0.1"]],
  ],
  [
    "an address is an interface even if the subnet's row is unconnected",
    [row({ addresses: ["10.1.0.1"] })],
    [unconnected(a)],
    [["a 10.1.0.1"]],
  ],
  [
    "without ports and addresses, the first router is in the connected subnets",
    [row(), row({ backendId: "s" })],
    [a, unconnected(b)],
    [["a 10.1.0.1"], []],
  ],
  [
    "without ports and addresses, a connected subnet without a gateway has no interface",
    [row()],
    [{ ...a, gatewayIp: null }],
    [[]],
  ],
  [
    "if a router has ports or addresses, is_connected is ignored",
    [row(), row({ backendId: "s", addresses: ["10.1.0.1"] })],
    [a, b],
    [[], ["a 10.1.0.1"]],
  ],
  [
    "a port with several addresses is an interface in each of their subnets",
    [
      row({
        ports: [
          {
            owner: "network:router_interface",
            fixedIps: [
              { subnet: "a", ipAddress: "10.1.0.1" },
              { subnet: "b", ipAddress: "10.2.0.1" },
            ],
          },
        ],
      }),
    ],
    [a, b],
    [["a 10.1.0.1", "b 10.2.0.1"]],
  ],
  [
    "an interface of a distributed router is an interface",
    [row({ ports: [owned("network:router_interface_distributed", "a", "10.1.0.1")] })],
    [a],
    [["a 10.1.0.1"]],
  ],
  ["no routers have no interfaces", [], [a], []],
  [
    "a router has one interface in a subnet, however many addresses its row has there",
    [row({ addresses: ["10.1.0.1", "10.1.0.77"] })],
    [a],
    [["a 10.1.0.1"]],
  ],
  [
    "the address of a gateway port is no interface, even if a subnet has its range",
    [row({ addresses: ["10.1.0.1", "10.2.0.77"], ports: [inside("a", "10.1.0.1"), outside("10.2.0.77")] })],
    [a, b],
    [["a 10.1.0.1"]],
  ],
] as const) {
  t.test(title, async (t) => t.strictSame(connections(routers, subnets), want))
}

for (const [title, routers, want] of [
  ["a gateway port row is an external gateway", [row({ ports: [outside("203.0.113.7")] })], [true]],
  [
    "an address outside of all subnets is an external gateway",
    [row({ addresses: ["10.1.0.1", "203.0.113.7"] })],
    [true],
  ],
  [
    "if one router has a known gateway, the others have none",
    [row({ addresses: ["10.1.0.1"] }), row({ backendId: "s", ports: [outside("203.0.113.7")] })],
    [false, true],
  ],
  [
    "several routers may have a gateway",
    [row({ ports: [outside("203.0.113.7")] }), row({ backendId: "s", addresses: ["203.0.113.8"] })],
    [true, true],
  ],
  [
    "without ports and addresses, gateways are unknown",
    [row({ addresses: ["10.1.0.1"] }), row({ backendId: "s" })],
    [null, null],
  ],
] as const) {
  t.test(title, async (t) => {
    t.strictSame(
      inferRouterConnections(routers, [a, b]).map(({ hasGateway }) => hasGateway),
      want,
    )
  })
}
