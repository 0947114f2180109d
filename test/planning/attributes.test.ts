import { readFileSync } from "node:fs"
import { join } from "node:path"
import t from "tap"
import { attributesPage } from "../../scripts/attributes-page.ts"
import { type AttributeTable, attributeTables, liveAttributes } from "../../src/planning/attributes.ts"
import type { KindName } from "../../src/planning/kind-names.ts"
import { group, network, objectsOf, planOf, port, router, rule, subnet } from "./builders.ts"

t.test("docs/attributes.md says what the planner does", async (t) => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/attributes.md"), "utf8")
  t.equal(page, attributesPage(), "run `node scripts/attributes-page.ts`")
})

t.test("every attribute has one fate", async (t) => {
  for (const [kind, { attributes }] of Object.entries<AttributeTable>(attributeTables)) {
    const names = attributes.map(({ name }) => name)
    t.equal(new Set(names).size, names.length, kind)
  }
})

/** What a cloud would show of each live attribute. */
function everything(kind: keyof typeof attributeTables) {
  const table: AttributeTable = attributeTables[kind]
  return liveAttributes(kind, Object.fromEntries(table.attributes.map(({ name }) => [name, `${name}!`])))
}

const full = planOf({
  networks: [
    network("net", { mtu: 1400, live: everything("network"), tags: ["a"], qosPolicy: { key: "q" } }),
  ],
  subnets: [
    subnet("s", {
      allocationPools: [{ start: "10.1.0.5", end: "10.1.0.9" }],
      live: { ...everything("subnet"), service_types: ["compute:nova"] },
    }),
  ],
  routers: [
    router("r", {
      interfaces: [{ subnet: "s", ipAddress: "10.1.0.1", live: everything("interface") }],
      hasGateway: true,
      live: everything("router"),
      gateway: { networkId: "outside", live: everything("gateway"), addresses: ["203.0.113.9"] },
    }),
  ],
  securityGroups: [
    { ...group("g", [rule("x", { remoteAddressGroup: "a" })]), live: everything("security_group") },
  ],
  ports: [
    port("p", {
      fixedIps: [{ subnet: "s", ipAddress: "10.1.0.9" }],
      deviceOwner: "compute:nova",
      live: everything("port"),
    }),
  ],
  live: {
    addressGroups: [{ ...network("a"), addresses: ["10.1.0.0/24"] }],
    qosPolicies: [{ ...network("q"), isDefault: false, rules: [] }],
    trunks: [{ ...network("t"), port: "p", adminStateUp: true, subPorts: [] }],
    rbacPolicies: [
      {
        key: "x",
        backendId: "x",
        object: { kind: "network", key: "net" },
        objectType: "network",
        action: "access_as_shared",
        target: "*",
      },
    ],
    quotas: {},
    notCopied: [],
  },
})

/** Attributes that are objects of their own, and what a body holds beside Neutron's attributes. */
const apart: Partial<Record<KindName, readonly string[]>> = {
  router: ["external_gateway_info", "routes"],
  security_group: ["security_group_rules"],
  qos_policy: ["rules"],
}
const ours = ["empty", "auto_addressed", "router_id", "project_id", "is_gateway"]
/** A second name of the project, and of an RBAC policy's target. */
const aliases = ["tenant_id", "target_project", "tags", "qos_policy_id", "project_id"]

for (const [kind, { attributes }] of Object.entries<AttributeTable>(attributeTables)) {
  t.test(
    `the plan of a ${kind.replaceAll("_", " ")} holds all that the table promises, and nothing else`,
    async (t) => {
      const [object] = objectsOf(full, kind as KindName)
      const body = object?.body ?? {}
      const promised = attributes
        .filter(({ fate }) => fate === "kept" || fate === "mapped")
        .map(({ name }) => name)
      const elsewhere = [...(apart[kind as KindName] ?? []), ...aliases]
      t.strictSame(
        promised.filter((name) => !(name in body) && !elsewhere.includes(name)),
        [],
        "promised and not planned",
      )
      t.strictSame(
        Object.keys(body).filter((name) => !promised.includes(name) && !ours.includes(name)),
        [],
        "planned and not promised",
      )
    },
  )
}

t.test("tags and QoS policies are objects of their own", async (t) => {
  t.match(objectsOf(full, "tag"), [{ body: { collection: "networks", tags: ["a"] } }])
  t.match(objectsOf(full, "qos_binding"), [{ body: { collection: "networks" } }])
})

t.test(
  "what Neutron has learned since Zed is kept, and dropped by name where the destination has not",
  async (t) => {
    const live = { hints: { openvswitch: {} }, hardware_offload_type: "switchdev", trusted: true }
    t.strictSame(liveAttributes("port", { ...live, name: "p" }), live)
    t.strictSame(liveAttributes("network", { qinq: true }), { qinq: true })
    const routed = { enable_default_route_bfd: true, enable_default_route_ecmp: true }
    t.strictSame(liveAttributes("router", routed), routed)
    const parts = { networks: [network("net")], ports: [port("p", { live })] }
    const [older] = objectsOf(planOf(parts, { extensions: new Set(["port-security"]) }), "port")
    t.match(
      older?.notes?.dropped.map(({ attribute }) => attribute),
      Object.keys(live),
    )
  },
)
