import t from "tap"
import { ask } from "../helpers/http.ts"
import { check, contract, noFindings } from "./contract.ts"
import { type DemoApi, logEvent, withApi } from "./demo-api.ts"

/** Fields that no response has, with the reason. */
const missing: Readonly<Record<string, string>> = {
  "UserMe.token": "the caller has it",
  "OpenStackTenant.user_password": "it is a secret",
  "OrderDetails.slug": "the tables have no such column",
  "BaseProviderPlan.billing_mode": "the tables have no such column",
  "BaseProviderPlan.plan_type": "newer than the tables",
  "BaseProviderPlan.minimal_price": "newer than the tables",
  "ComponentUsage.missing_usage_policy": "the tables have no such column",
  "OpenStackNetwork.port_security_enabled": "the tables have no such column",
  "OpenStackNestedSubNet.ipv6_ra_mode": "the tables have no such column",
  "OpenStackNestedSubNet.ipv6_address_mode": "the tables have no such column",
  "OpenStackNestedSubNet.port_security_enabled": "the tables have no such column",
  "Resource.parent_uuid": "no resource of the demo has a parent",
}

/** Schemas whose fields are not required: the provider chooses them, or the host has no row with such a part. */
const free = new Set([
  ...["MergedPluginOptions", "NetworkRBACPolicy", "CategoryHelpArticle", "OrganizationGroup"],
  ...["NestedAttribute", "NestedAttributeOption", "NestedColumn", "NestedEndpoint", "NestedSection"],
  "OpenStackNestedInstance",
])

t.test("every response after a replication has the types of the contract", (t) =>
  withApi(async (api) => {
    await logEvent(api.world, aboutDestination(api), "The resource was created.")
    const findings = noFindings()
    const { staff, owner } = api.world.rows.users
    for (const { operation, path, answer } of contract.operations) {
      let shown = 0
      for (const filled of await fill(api, path)) {
        for (const { username, token } of [staff, owner]) {
          const { status, headers, body } = await api.get(filled, { token })
          t.equal(status, 200, `${operation} responds to ${username}`)
          t.match(headers.get("content-type"), /^application\/json/)
          const before = findings.faults.length
          check(body, answer, findings)
          t.strictSame(findings.faults.slice(before), [], `${operation} has the types of the contract`)
          if (!Array.isArray(body)) continue
          shown += body.length
          const count = Number(headers.get("x-result-count"))
          t.equal(Math.min(count, pageSize), body.length, "the header has their number")
        }
      }
      if (answer.endsWith("[]")) t.ok(shown > 0, `${operation} shows rows`)
    }
    const wanted = Object.entries(contract.schemas)
      .filter(([schema]) => !free.has(schema))
      .flatMap(([schema, fields]) => Object.keys(fields).map((name) => `${schema}.${name}`))
    t.strictSame(
      wanted.filter((field) => !findings.seen.has(field) && !(field in missing)),
      [],
      "every field of the contract appears, except those with a reason",
    )
    t.strictSame(
      Object.keys(missing).filter((field) => findings.seen.has(field)),
      [],
      "no field with a reason appears",
    )
  }),
)

/** Waldur's largest page. */
const pageSize = 300

function aboutDestination({ migration }: DemoApi) {
  return { model: "marketplace.resource", table: "marketplace_resource", uuid: migration.dst_resource_uuid }
}

t.test("every row has a URL with the same content", (t) =>
  withApi(async (api) => {
    const lists = contract.operations.filter(
      ({ path, answer }) => answer.endsWith("[]") && !path.includes("{uuid}"),
    )
    for (const { path } of lists) {
      const rows = await api.rows(path.replace("/api/", ""))
      for (const row of rows.filter(({ url }) => url !== undefined)) {
        const { status, body } = await ask(String(row.url), { token: api.world.rows.users.owner.token })
        t.equal(status, 200, path)
        t.strictSame(body, row)
      }
    }
  }),
)

/** Fields that the query parameter `field` may name and that no row has: Waldur's tables of this version lack them. */
const newer: Readonly<Record<string, string>> = {
  OpenStackInstance: "config_drive metadata server_group ssh_public_key user_data",
  OpenStackNetwork: "port_security_enabled tenant_is_managed",
  OpenStackPort: "floating_ips target_tenant",
  OpenStackRouter:
    "enable_snat external_fixed_ips external_network_id external_network_name external_network_uuid has_external_gateway",
  OpenStackSecurityGroup: "instance_count",
  OpenStackSnapshot: "kept_until source_volume source_volume_marketplace_uuid source_volume_name",
  OpenStackSubNet:
    "ipv6_address_mode ipv6_ra_mode port_security_enabled router router_name router_uuid skip_router_connection tenant_is_managed",
  OpenStackFloatingIP: "instance_url instance_uuid router",
  OpenStackVolume:
    "availability_zone availability_zone_name extend_enabled image instance_marketplace_uuid source_snapshot type type_name",
  OpenStackTenant:
    "external_network_ref_name external_network_ref_uuid is_managed security_groups skip_creation_of_default_router skip_creation_of_default_subnet subnet_cidr",
  ComponentUsage: "missing_usage_policy",
}

t.test("the parameter field finds each field of Waldur's tables of this version", (t) =>
  withApi(async (api) => {
    for (const { path, answer } of contract.operations) {
      const schema = answer.replace("[]", "")
      const names = contract.fields[schema]?.split(" ") ?? []
      const known = schema.startsWith("OpenStack") || schema in newer
      if (!known || names.length === 0 || path.includes("{uuid}")) continue
      const query = names.map((name) => `field=${name}`).join("&")
      const [row = {}] = await api.rows(`${path.replace("/api/", "")}?${query}`)
      const absent = names.filter((name) => !(name in row))
      t.strictSame(absent.join(" "), newer[schema] ?? "", schema)
    }
  }),
)

t.test("no response contains a password or a token", (t) =>
  withApi(async (api) => {
    const { pool, rows } = api.world
    await logEvent(api.world, aboutDestination(api), "The resource was created.")
    const secrets = await pool.query<{ secret: string }>(
      `select user_password as secret from openstack_tenant where user_password <> ''
       union select password from structure_servicesettings where password <> ''
       union select key from authtoken_token union values ('hidden')`,
    )
    t.ok(secrets.rows.length >= 5, "the database has secrets")
    for (const { path } of contract.operations) {
      for (const filled of await fill(api, path)) {
        const { body } = await api.get(filled, { token: rows.users.staff.token })
        const text = JSON.stringify(body)
        t.notOk(
          secrets.rows.some(({ secret }) => text.includes(`"${secret}"`)),
          path,
        )
      }
    }
  }),
)

/** Returns the URL of a list in one page, or for single rows the URLs of all rows of their list. */
async function fill(api: DemoApi, path: string): Promise<readonly string[]> {
  const plain = path.replace("/api/", "")
  if (!plain.includes("{uuid}")) return [plain === "users/me/" ? plain : `${plain}?page_size=${pageSize}`]
  const [list = ""] = plain.split("{uuid}")
  const rows = await api.rows(`${list}?page_size=${pageSize}`)
  return rows.map(({ uuid }) => plain.replace("{uuid}", String(uuid)))
}
