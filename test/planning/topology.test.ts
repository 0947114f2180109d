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

const places = (routers: readonly RouterRow[], subnets: readonly SubnetRow[]) =>
  inferRouterConnections(routers, subnets).map(({ interfaces }) =>
    interfaces.map(({ subnet, ipAddress }) => `${subnet} ${ipAddress}`),
  )

for (const [title, routers, subnets, want] of [
  [
    "port rows say where a router stands",
    [row({ ports: [inside("b", "10.2.0.9")] })],
    [a, b],
    [["b 10.2.0.9"]],
  ],
  [
    "a port row wins over the address that it repeats",
    [row({ addresses: ["10.1.0.1"], ports: [inside("twin", "10.1.0.1")] })],
    [a, twin],
    [["twin 10.1.0.1"]],
  ],
  [
    "an address that no port row has is placed by its range",
    [row({ addresses: ["10.1.0.1", "10.2.0.7"], ports: [inside("a", "10.1.0.1")] })],
    [a, b],
    [["a 10.1.0.1", "b 10.2.0.7"]],
  ],
  [
    "without port rows addresses tell",
    [row({ addresses: ["10.2.0.1", "10.1.0.254"] })],
    [a, b],
    [["b 10.2.0.1", "a 10.1.0.254"]],
  ],
  [
    "IPv6 addresses tell in any spelling",
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
    "of two subnets of one range the connected one is meant",
    [row({ addresses: ["10.1.0.1"] })],
    [unconnected(a), twin],
    [["twin 10.1.0.1"]],
  ],
  [
    "of two subnets of one range the one with that gateway is meant",
    [row({ addresses: ["10.1.0.9"] })],
    [a, { ...twin, gatewayIp: "10.1.0.9" }],
    [["twin 10.1.0.9"]],
  ],
  [
    "two routers of one address stand in different subnets of that range",
    [row({ addresses: ["10.1.0.1"] }), row({ backendId: "s", addresses: ["10.1.0.1"] })],
    [a, twin],
    [["a 10.1.0.1"], ["twin 10.1.0.1"]],
  ],
  [
    "an address tells even where the row says unconnected",
    [row({ addresses: ["10.1.0.1"] })],
    [unconnected(a)],
    [["a 10.1.0.1"]],
  ],
  [
    "where nothing tells, the first router stands in the connected subnets",
    [row(), row({ backendId: "s" })],
    [a, unconnected(b)],
    [["a 10.1.0.1"], []],
  ],
  [
    "where nothing tells, a connected subnet without a gateway is left",
    [row()],
    [{ ...a, gatewayIp: null }],
    [[]],
  ],
  [
    "where one router tells, the rows' own word is not asked",
    [row(), row({ backendId: "s", addresses: ["10.1.0.1"] })],
    [a, b],
    [[], ["a 10.1.0.1"]],
  ],
  [
    "a port of several addresses stands in each of their subnets",
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
    "a distributed router's interface is one too",
    [row({ ports: [owned("network:router_interface_distributed", "a", "10.1.0.1")] })],
    [a],
    [["a 10.1.0.1"]],
  ],
  ["no routers have no places", [], [a], []],
  [
    "a router stands in a subnet once, however many addresses its row has there",
    [row({ addresses: ["10.1.0.1", "10.1.0.77"] })],
    [a],
    [["a 10.1.0.1"]],
  ],
  [
    "the address of a gateway's port is no interface, though a subnet has its range",
    [row({ addresses: ["10.1.0.1", "10.2.0.77"], ports: [inside("a", "10.1.0.1"), outside("10.2.0.77")] })],
    [a, b],
    [["a 10.1.0.1"]],
  ],
] as const) {
  t.test(title, async (t) => t.strictSame(places(routers, subnets), want))
}

for (const [title, routers, want] of [
  ["a gateway's port row says that a router leads out", [row({ ports: [outside("203.0.113.7")] })], [true]],
  [
    "an address outside of all subnets says it too",
    [row({ addresses: ["10.1.0.1", "203.0.113.7"] })],
    [true],
  ],
  [
    "where one router leads out, the others do not",
    [row({ addresses: ["10.1.0.1"] }), row({ backendId: "s", ports: [outside("203.0.113.7")] })],
    [false, true],
  ],
  [
    "several routers may lead out",
    [row({ ports: [outside("203.0.113.7")] }), row({ backendId: "s", addresses: ["203.0.113.8"] })],
    [true, true],
  ],
  [
    "where nothing tells of a gateway, nothing is said",
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
