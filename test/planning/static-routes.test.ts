import t from "tap"
import type { SourceRouter } from "../../src/planning/source.ts"
import { planRoutes } from "../../src/planning/static-routes.ts"
import {
  bodiesOf,
  mappings,
  network,
  objectsOf,
  omittedOf,
  planOf,
  router,
  subnet,
  tenant,
} from "./builders.ts"

const networks = [network("net")]
const subnets = [
  subnet("a"),
  subnet("b", { cidr: "10.2.0.0/24", gatewayIp: "10.2.0.1" }),
  subnet("six", { cidr: "fd00:1::/64", ipVersion: 6, gatewayIp: "fd00:1::1" }),
]
const source = tenant({ subnets })

/** `10.3.0.0/24 via 10.1.0.5` */
const route = (text: string) => {
  const [destination = "", nexthop = ""] = text.split(" via ")
  return { destination, nexthop }
}

const routed = (...texts: readonly string[]): SourceRouter =>
  router("r", {
    routes: texts.map(route),
    interfaces: [
      { subnet: "a", ipAddress: "10.1.0.1" },
      { subnet: "six", ipAddress: "fd00:1::1" },
    ],
  })

for (const [title, rule, text, maps, want] of [
  [
    "reachable: a route to a destination elsewhere is kept if its next hop is in a connected subnet",
    "reachable",
    "192.0.2.0/24 via 10.1.0.5",
    [],
    "192.0.2.0/24 via 10.1.0.5",
  ],
  ["reachable: a default route is kept", "reachable", "0.0.0.0/0 via 10.1.0.5", [], "0.0.0.0/0 via 10.1.0.5"],
  [
    "reachable: IPv6 is kept as well",
    "reachable",
    "fd00:77::/64 via fd00:1::5",
    [],
    "fd00:77::/64 via fd00:1::5",
  ],
  [
    "documented: a route into the tenant's own subnets is kept",
    "documented",
    "10.2.0.0/25 via 10.1.0.5",
    [],
    "10.2.0.0/25 via 10.1.0.5",
  ],
  [
    "documented: a route to a whole subnet is kept",
    "documented",
    "10.2.0.0/24 via 10.1.0.5",
    [],
    "10.2.0.0/24 via 10.1.0.5",
  ],
  [
    "the next hop follows the mapping",
    "reachable",
    "192.0.2.0/24 via 10.1.0.5",
    ["10.1.0.0/24 → 10.9.0.0/24"],
    "192.0.2.0/24 via 10.9.0.5",
  ],
  [
    "the destination follows the mapping",
    "documented",
    "10.2.0.0/25 via 10.1.0.5",
    ["10.2.0.0/24 → 10.9.0.0/24"],
    "10.9.0.0/25 via 10.1.0.5",
  ],
  [
    "both follow the mapping",
    "documented",
    "10.2.0.9/32 via 10.1.0.5",
    ["10.2.0.0/24 → 10.9.0.0/24", "10.1.0.0/24 → 10.8.0.0/24"],
    "10.9.0.9/32 via 10.8.0.5",
  ],
] as const) {
  t.test(title, async (t) => {
    const plan = planRoutes(routed(text), { source, mappings: mappings(...maps), staticRoutes: rule })
    const via = want.includes("::") ? "six" : "a"
    t.strictSame(plan, { kept: [{ ...route(want), via, before: route(text) }], omitted: [] })
  })
}

for (const [title, rule, text, reason] of [
  [
    "documented: a route to a destination elsewhere is omitted",
    "documented",
    "192.0.2.0/24 via 10.1.0.5",
    /in none of the tenant's subnets/,
  ],
  [
    "documented: a destination wider than a subnet is omitted",
    "documented",
    "10.2.0.0/23 via 10.1.0.5",
    /in none of the tenant's subnets/,
  ],
  [
    "documented: a default route is omitted",
    "documented",
    "0.0.0.0/0 via 10.1.0.5",
    /in none of the tenant's subnets/,
  ],
  [
    "a next hop in a subnet of another router is omitted",
    "reachable",
    "192.0.2.0/24 via 10.2.0.5",
    /no subnet that the router is connected to/,
  ],
  [
    "a next hop on the external network is omitted",
    "reachable",
    "192.0.2.0/24 via 203.0.113.1",
    /no subnet that the router is connected to/,
  ],
  [
    "a next hop that is no address is omitted",
    "reachable",
    "192.0.2.0/24 via nowhere",
    /is not valid: it needs a network and an address/,
  ],
  [
    "a destination that is no network is omitted",
    "reachable",
    "192.0.2.0 via 10.1.0.5",
    /is not valid: it needs a network and an address/,
  ],
] as const) {
  t.test(`${title}, with the reason`, async (t) => {
    const { kept, omitted } = planRoutes(routed(text), { source, mappings: [], staticRoutes: rule })
    t.strictSame(kept, [])
    t.strictSame(
      omitted.map(({ reason: _, ...one }) => one),
      [route(text)],
    )
    t.match(omitted, [{ reason }])
  })
}

t.test("an omitted route is reported as it is at the source", async (t) => {
  const maps = mappings("10.2.0.0/24 → 10.9.0.0/24")
  const { omitted } = planRoutes(routed("192.0.2.0/24 via 10.2.0.5"), {
    source,
    mappings: maps,
    staticRoutes: "reachable",
  })
  t.match(omitted, [{ destination: "192.0.2.0/24", nexthop: "10.2.0.5", reason: /10\.9\.0\.5/ }])
})

t.test("each route of each router is planned, or omitted with a reason", async (t) => {
  const routers = [
    routed("192.0.2.0/24 via 10.1.0.5", "192.0.2.0/24 via 10.2.0.5"),
    { ...routed("192.0.2.0/24 via 10.1.0.5"), key: "second" },
  ]
  const plan = planOf({ networks, subnets, routers })
  t.strictSame(
    objectsOf(plan, "route").map(({ key }) => key),
    ["r-192.0.2.0/24-10.1.0.5", "second-192.0.2.0/24-10.1.0.5"],
  )
  t.match(omittedOf(plan, "route"), [["r-192.0.2.0/24-10.2.0.5", /next hop 10\.2\.0\.5/]])
  t.strictSame(bodiesOf(plan, "route", "router_id"), [{ ref: "router/r" }, { ref: "router/second" }])
})

t.test("a mapped route keeps its key, and notes its value at the source", async (t) => {
  const parts = { networks, subnets, routers: [routed("10.2.0.0/25 via 10.1.0.5")] }
  const [plain] = objectsOf(planOf(parts), "route")
  const moved = planOf(parts, { mappings: mappings("10.2.0.0/24 → 10.9.0.0/24") })
  t.match(objectsOf(moved, "route"), [
    {
      key: plain?.key,
      name: "10.9.0.0/25 via 10.1.0.5 on r",
      notes: { mapped: { destination: "10.2.0.0/25" } },
    },
  ])
})

t.test("of two routes that the mapping makes identical, the second is omitted with the reason", async (t) => {
  const routers = [routed("10.2.0.0/24 via 10.1.0.5", "10.9.0.0/24 via 10.1.0.5")]
  const plan = planOf({ networks, subnets, routers }, { mappings: mappings("10.2.0.0/24 → 10.9.0.0/24") })
  t.equal(objectsOf(plan, "route").length, 1)
  t.equal(omittedOf(plan, "route").length, 1)
})
