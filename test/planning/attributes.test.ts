import { readFileSync } from "node:fs"
import { join } from "node:path"
import t from "tap"
import { attributesPage } from "../../scripts/attributes-page.ts"
import type { AttributeTable } from "../../src/planning/attribute-tables/attribute.ts"
import {
  attributeTables,
  type LiveAttributes,
  liveAttributes,
  type TabledKind,
} from "../../src/planning/attributes.ts"
import type { KindName } from "../../src/planning/kind-names.ts"
import { group, network, objectsOf, planOf, port, router, rule, subnet } from "./builders.ts"

t.test("docs/attributes.md is generated from the planner's tables", async (t) => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/attributes.md"), "utf8")
  t.equal(page, attributesPage(), "run `node scripts/attributes-page.ts`")
})

t.test("each attribute is in its table once", async (t) => {
  for (const [kind, { attributes }] of Object.entries<AttributeTable>(attributeTables)) {
    const names = attributes.map(({ name }) => name)
    t.equal(new Set(names).size, names.length, kind)
  }
})

/** A value for each live-only attribute of a kind. */
function liveValues<Kind extends TabledKind>(kind: Kind) {
  const table: AttributeTable = attributeTables[kind]
  return liveAttributes(kind, Object.fromEntries(table.attributes.map(({ name }) => [name, `${name}!`])))
}

const full = planOf({
  networks: [
    network("net", { mtu: 1400, live: liveValues("network"), tags: ["a"], qosPolicy: { key: "q" } }),
  ],
  subnets: [
    subnet("s", {
      allocationPools: [{ start: "10.1.0.5", end: "10.1.0.9" }],
      live: { ...liveValues("subnet"), service_types: ["compute:nova"] },
    }),
  ],
  routers: [
    router("r", {
      interfaces: [{ subnet: "s", ipAddress: "10.1.0.1", live: liveValues("interface") }],
      hasGateway: true,
      live: liveValues("router"),
      gateway: { networkId: "outside", live: liveValues("gateway"), addresses: ["203.0.113.9"] },
    }),
  ],
  securityGroups: [
    { ...group("g", [rule("x", { remoteAddressGroup: "a" })]), live: liveValues("security_group") },
  ],
  ports: [
    port("p", {
      fixedIps: [{ subnet: "s", ipAddress: "10.1.0.9" }],
      deviceOwner: "compute:nova",
      live: liveValues("port"),
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

/** Attributes that the plan holds as objects of their own. */
const ownObjects: Partial<Record<KindName, readonly string[]>> = {
  router: ["external_gateway_info", "routes"],
  security_group: ["security_group_rules"],
  qos_policy: ["rules"],
}
/** What a body holds beside the attributes of its table. */
const notInTable = ["empty", "auto_addressed", "router_id", "project_id", "is_gateway"]
/** A second name of the project, and of an RBAC policy's target. */
const aliases = ["tenant_id", "target_project", "tags", "qos_policy_id", "project_id"]

for (const [kind, { attributes }] of Object.entries<AttributeTable>(attributeTables)) {
  t.test(
    `the plan of a ${kind.replaceAll("_", " ")} holds exactly the attributes of its table`,
    async (t) => {
      const [object] = objectsOf(full, kind as KindName)
      const body = object?.body ?? {}
      const expected = attributes
        .filter(({ treatment }) => treatment === "kept" || treatment === "mapped")
        .map(({ name }) => name)
      const elsewhere = [...(ownObjects[kind as KindName] ?? []), ...aliases]
      t.strictSame(
        expected.filter((name) => !(name in body) && !elsewhere.includes(name)),
        [],
        "in the table, but not planned",
      )
      t.strictSame(
        Object.keys(body).filter((name) => !expected.includes(name) && !notInTable.includes(name)),
        [],
        "planned, but not in the table",
      )
    },
  )
}

t.test("tags and QoS policies are objects of their own", async (t) => {
  t.match(objectsOf(full, "tag"), [{ body: { collection: "networks", tags: ["a"] } }])
  t.match(objectsOf(full, "qos_binding"), [{ body: { collection: "networks" } }])
})

t.test(
  "attributes that are newer than Neutron Zed are kept, and reported as dropped where the destination lacks them",
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

t.test("a misspelt attribute of a body does not compile", async (t) => {
  const live: LiveAttributes<"network"> = { admin_state_up: true }
  // @ts-expect-error: no such attribute
  t.equal(live.admin_state_upp, undefined)
  // @ts-expect-error: an attribute of ports alone
  t.equal(live.dns_name, undefined)
})
