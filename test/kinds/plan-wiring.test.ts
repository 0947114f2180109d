import t from "tap"
import {
  bodiesOf,
  mappings,
  network,
  objectsOf,
  omittedOf,
  planOf,
  port,
  router,
  subnet,
} from "../planning/builders.ts"

const move = { mappings: mappings("10.1.0.0/24 → 10.9.0.0/24") }
const net = network("net")

const wired = {
  networks: [net],
  subnets: [subnet("a"), subnet("b", { cidr: "10.2.0.0/24", gatewayIp: null })],
  routers: [
    router("r", {
      interfaces: [
        { subnet: "a", ipAddress: "10.1.0.1" },
        { subnet: "b", ipAddress: "10.2.0.9" },
      ],
    }),
    router("s", { interfaces: [{ subnet: "a", ipAddress: "10.1.0.77" }] }),
  ],
}

t.test("a router has an interface in each of its subnets, at the gateway's or its own address", async (t) => {
  t.match(bodiesOf(planOf(wired, move), "interface"), [
    {
      router_id: { ref: "router/r" },
      subnet_id: { ref: "subnet/a" },
      ip_address: "10.9.0.1",
      is_gateway: true,
    },
    {
      router_id: { ref: "router/r" },
      subnet_id: { ref: "subnet/b" },
      ip_address: "10.2.0.9",
      is_gateway: false,
    },
    {
      router_id: { ref: "router/s" },
      subnet_id: { ref: "subnet/a" },
      ip_address: "10.9.0.77",
      is_gateway: false,
    },
  ])
})

for (const [title, external, gateways, planned, left] of [
  ["routers with an external gateway get one, others none", "ext", [true, false, true], ["0", "2"], []],
  [
    "if no gateway is known, the first router gets one, and the others are omitted with the reason",
    "ext",
    [null, null],
    ["0"],
    ["1"],
  ],
  [
    "without an external network each gateway is omitted with the reason",
    null,
    [true, false, null],
    [],
    ["0", "2"],
  ],
  ["no routers have no gateways", "ext", [], [], []],
] as const) {
  t.test(title, async (t) => {
    const routers = gateways.map((hasGateway, index) => router(String(index), { hasGateway }))
    const plan = planOf({ routers }, { externalNetworkId: external })
    t.strictSame(
      objectsOf(plan, "gateway").map(({ key }) => key),
      planned,
    )
    t.strictSame(
      omittedOf(plan, "gateway").map(([key]) => key),
      left,
    )
  })
}

const withPort = {
  networks: [net],
  subnets: [subnet("a"), subnet("b", { cidr: "10.2.0.0/24" })],
  ports: [
    port("p", {
      fixedIps: [
        { subnet: "a", ipAddress: "10.1.0.5" },
        { subnet: "b", ipAddress: "10.2.0.5" },
      ],
      allowedAddressPairs: [
        { ip_address: "10.1.0.128/25" },
        { ip_address: "10.1.0.9", mac_address: "00:00:5e:00:01:01" },
      ],
    }),
  ],
  ignoredPorts: [{ backendId: "", key: "q", name: "q", reason: "Its instance is not in state OK." }],
}

t.test("a port with two addresses stays one port, with its MAC, addresses and pairs", async (t) => {
  t.match(bodiesOf(planOf(withPort, move), "port"), [
    {
      mac_address: "fa:16:3e:00:00:01",
      fixed_ips: [
        { subnet_id: { ref: "subnet/a" }, ip_address: "10.9.0.5" },
        { subnet_id: { ref: "subnet/b" }, ip_address: "10.2.0.5" },
      ],
      allowed_address_pairs: [
        { ip_address: "10.9.0.128/25" },
        { ip_address: "10.9.0.9", mac_address: "00:00:5e:00:01:01" },
      ],
    },
  ])
})

t.test("ports that are not copied are recorded with the reason", async (t) => {
  t.strictSame(omittedOf(planOf(withPort), "port"), [["q", "Its instance is not in state OK."]])
})

t.test("if ports are not requested, none is planned and none is omitted", async (t) => {
  const plan = planOf(withPort, { withPorts: false })
  t.strictSame(objectsOf(plan, "port"), [])
  t.strictSame(omittedOf(plan, "port"), [])
})

t.test(
  "of several external gateways of a router, the first is copied and the others are noted",
  async (t) => {
    const more = [{ networkId: "other", addresses: ["203.0.113.77"] }]
    const gateway = { networkId: "external", addresses: ["203.0.113.9"], live: {}, more }
    const [object] = objectsOf(planOf({ routers: [router("r", { hasGateway: true, gateway })] }), "gateway")
    t.match(object?.notes?.dropped, [
      { attribute: "external_fixed_ips", value: ["203.0.113.9"] },
      { attribute: "external_gateways", value: [{ network_id: "other", ip_addresses: ["203.0.113.77"] }] },
    ])
  },
)

t.test(
  "a virtual address follows the mapping of its port's subnet, not that of a range around it",
  async (t) => {
    const subnets = [
      subnet("around", { cidr: "10.0.0.0/16", gatewayIp: null, network: "other" }),
      subnet("a", { cidr: "10.0.5.0/24", gatewayIp: null }),
    ]
    const allowedAddressPairs = ["10.0.5.200", "10.0.5.128/25", "10.0.9.9"].map((ip_address) => ({
      ip_address,
    }))
    const one = port("p", { fixedIps: [{ subnet: "a", ipAddress: "10.0.5.7" }], allowedAddressPairs })
    const plan = planOf(
      { networks: [net, network("other")], subnets, ports: [one] },
      { mappings: mappings("10.0.0.0/16 → 10.9.0.0/16") },
    )
    t.match(bodiesOf(plan, "port"), [
      {
        fixed_ips: [{ ip_address: "10.0.5.7" }],
        allowed_address_pairs: [
          { ip_address: "10.0.5.200" },
          { ip_address: "10.0.5.128/25" },
          { ip_address: "10.9.9.9" },
        ],
      },
    ])
  },
)
