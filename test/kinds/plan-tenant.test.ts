import t from "tap"
import { refsOf, resolveRefs } from "../../src/kinds/plan-tenant.ts"
import { bodiesOf, mappings, network, objectsOf, planOf, subnet } from "../planning/builders.ts"

const move = { mappings: mappings("10.1.0.0/24 → 10.9.0.0/24") }
const net = network("net")

t.test("an empty tenant is a project with its user, two roles and three services' quotas", async (t) => {
  const plan = planOf({})
  t.strictSame(
    plan.parts
      .filter(({ objects }) => objects.length > 0)
      .map(({ kind, objects }) => `${kind.name} ${objects.length}`),
    ["project 1", "user 1", "role 2", "quota 3"],
  )
  t.strictSame(plan.omitted, [])
})

t.test("the project has the requested name and description, and this migration's marker", async (t) => {
  t.strictSame(bodiesOf(planOf({}), "project"), [
    { name: "replica", description: "A replica.", marker: "migration-1" },
  ])
})

for (const [title, name, want] of [
  ["a name of 64 characters is kept", "n".repeat(64), "n".repeat(64)],
  ["a longer name is cut to Keystone's limit", "n".repeat(65), "n".repeat(64)],
  ["characters are counted, not their halves", "😀".repeat(64), "😀".repeat(64)],
  ["no character is cut in half", `${"n".repeat(63)}😀😀`, `${"n".repeat(63)}😀`],
] as const) {
  t.test(`of a project's name: ${title}`, async (t) => {
    t.strictSame(bodiesOf(planOf({}, { name }), "project", "name"), [want])
  })
}

t.test("two networks of the same name stay two", async (t) => {
  const plan = planOf({
    networks: [network("one", { name: "same" }), network("two", { name: "same" })],
    subnets: [subnet("a", { network: "one" }), subnet("b", { network: "two" })],
  })
  t.strictSame(
    objectsOf(plan, "network").map(({ key, name }) => `${key} ${name}`),
    ["one same", "two same"],
  )
  t.strictSame(bodiesOf(plan, "subnet", "network_id"), [{ ref: "network/one" }, { ref: "network/two" }])
})

t.test("a network's MTU is copied if the source has one; otherwise the cloud sets its default", async (t) => {
  const [told, silent] = bodiesOf(
    planOf({ networks: [network("a", { mtu: 1400 }), network("b")] }),
    "network",
  )
  t.equal(told?.mtu, 1400)
  t.notOk("mtu" in (silent ?? {}))
})

for (const [title, over, want] of [
  ["a gateway is copied", { gatewayIp: "10.1.0.254" }, { gateway_ip: "10.9.0.254" }],
  ["a subnet without a gateway gets none", { gatewayIp: null }, { gateway_ip: null }],
  ["DHCP that is off stays off", { enableDhcp: false }, { enable_dhcp: false }],
  [
    "pools follow the mapping",
    { allocationPools: [{ start: "10.1.0.10", end: "10.1.0.20" }] },
    { allocation_pools: [{ start: "10.9.0.10", end: "10.9.0.20" }] },
  ],
  [
    "a name server inside the range is mapped, one outside stays",
    { dnsNameservers: ["10.1.0.53", "192.0.2.53"] },
    { dns_nameservers: ["10.9.0.53", "192.0.2.53"] },
  ],
  [
    "host routes follow the mapping",
    { hostRoutes: [{ destination: "10.1.0.128/25", nexthop: "10.1.0.2" }] },
    { host_routes: [{ destination: "10.9.0.128/25", nexthop: "10.9.0.2" }] },
  ],
  [
    "a subnet that is not mapped stays",
    { cidr: "10.2.0.0/24", gatewayIp: "10.2.0.1" },
    { cidr: "10.2.0.0/24", gateway_ip: "10.2.0.1" },
  ],
  [
    "an IPv6 subnet stays IPv6",
    { cidr: "fd00::/64", ipVersion: 6, gatewayIp: "fd00::1" },
    { cidr: "fd00::/64", ip_version: 6 },
  ],
] as const) {
  t.test(title, async (t) => {
    const [body] = bodiesOf(planOf({ networks: [net], subnets: [subnet("a", over)] }, move), "subnet")
    t.match(body, want)
  })
}

t.test("a subnet that the cloud shows without pools gets none", async (t) => {
  const [body] = bodiesOf(planOf({ networks: [net], subnets: [subnet("a", { hasNoPools: true })] }), "subnet")
  t.strictSame(body?.allocation_pools, [])
})

t.test("a subnet with an IPv6 /128 is planned without a pool, which Neutron would refuse", async (t) => {
  const alone = [{ start: "fd00::8", end: "fd00::8" }]
  const over = { cidr: "fd00::8/128", ipVersion: 6, gatewayIp: null, allocationPools: alone } as const
  const [body] = bodiesOf(planOf({ networks: [net], subnets: [subnet("a", over)] }), "subnet")
  t.notOk("allocation_pools" in (body ?? {}))
})

t.test("a subnet whose row has no pools gets the cloud's default pools", async (t) => {
  const [body] = bodiesOf(planOf({ networks: [net], subnets: [subnet("a")] }), "subnet")
  t.notOk("allocation_pools" in (body ?? {}))
})

t.test(
  "a subnet's addresses follow its own mapping, never that of a subnet that lies inside it",
  async (t) => {
    const outer = subnet("outer", {
      cidr: "10.0.0.0/16",
      gatewayIp: "10.0.0.1",
      allocationPools: [{ start: "10.0.0.10", end: "10.0.1.200" }],
    })
    const inner = subnet("inner", { network: "other", cidr: "10.0.1.0/24", gatewayIp: "10.0.1.1" })
    const plan = planOf(
      { networks: [net, network("other")], subnets: [outer, inner] },
      { mappings: mappings("10.0.1.0/24 → 10.9.0.0/24") },
    )
    t.match(bodiesOf(plan, "subnet"), [
      { cidr: "10.0.0.0/16", allocation_pools: [{ start: "10.0.0.10", end: "10.0.1.200" }] },
      { cidr: "10.9.0.0/24", gateway_ip: "10.9.0.1" },
    ])
  },
)

t.test("a subnet that is not mapped stays, even if a wider one around it is mapped", async (t) => {
  const plan = planOf(
    {
      networks: [net, network("other")],
      subnets: [
        subnet("outer", { cidr: "10.0.0.0/16", gatewayIp: "10.0.0.1" }),
        subnet("inner", { network: "other", cidr: "10.0.1.0/24", gatewayIp: "10.0.1.1" }),
      ],
    },
    { mappings: mappings("10.0.0.0/16 → 10.9.0.0/16") },
  )
  t.match(bodiesOf(plan, "subnet"), [
    { cidr: "10.9.0.0/16", gateway_ip: "10.9.0.1" },
    { cidr: "10.0.1.0/24", gateway_ip: "10.0.1.1" },
  ])
})

t.test("an address that does not fit a narrower subnet refuses the plan", async (t) => {
  const parts = { networks: [net], subnets: [subnet("a", { gatewayIp: "10.1.0.254" })] }
  const narrow = { mappings: mappings("10.1.0.0/24 → 10.9.0.0/25") }
  t.throws(() => planOf(parts, narrow), { code: "ADDRESS_DOES_NOT_FIT", message: /10\.1\.0\.254/ })
})

t.test("references are found and replaced at any depth", async (t) => {
  const body = { a: { ref: "network/n" }, list: [{ id: { ref: "subnet/s" }, ip: "x" }], none: null, n: 0 }
  t.strictSame(refsOf(body), ["network/n", "subnet/s"])
  t.strictSame(
    resolveRefs(body, (ref) => `id of ${ref}`),
    {
      a: "id of network/n",
      list: [{ id: "id of subnet/s", ip: "x" }],
      none: null,
      n: 0,
    },
  )
})
