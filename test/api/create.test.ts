import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const unknown = "00000000000000000000000000000009"
const doesNotExist = (sent: unknown) => [`Object with uuid=${sent} does not exist.`]

t.test("a create request is validated as in Waldur, and a valid one stores a migration", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const good = {
        src_resource: tenant.resourceUuid,
        dst_offering: world.rows.destination.offering.uuid,
        dst_plan: world.rows.destinationPlan.uuid,
      }
      const { owner, stranger, staff } = world.rows.users
      const post = (body: unknown, token = owner.token) =>
        ask(`${world.url}/api/openstack-migrations/`, { method: "POST", token, body })
      const before = await countRows(world)

      const required = ["This field is required."]
      const nulls = ["This field may not be null."]
      const [type] = Object.values(world.rows.source.volumeTypes)
      const refused: readonly (readonly [rule: string, body: unknown, errors: unknown])[] = [
        ["requires three uuids", {}, { src_resource: required, dst_offering: required, dst_plan: required }],
        [
          "refuses null for a uuid",
          { src_resource: null, dst_offering: "", dst_plan: null },
          { src_resource: nulls, dst_offering: nulls, dst_plan: nulls },
        ],
        [
          "must be an object",
          [],
          { non_field_errors: ["Invalid data. Expected a dictionary, but got list."] },
        ],
        [
          "reports unknown rows by field, all at once",
          { src_resource: unknown, dst_offering: "zz", dst_plan: 1, name: "" },
          {
            src_resource: doesNotExist(unknown),
            dst_offering: doesNotExist("zz"),
            dst_plan: doesNotExist(1),
            name: ["This field may not be blank."],
          },
        ],
        [
          "allows a name of at most 150 characters",
          { ...good, name: "n".repeat(151) },
          { name: ["Ensure this field has no more than 150 characters."] },
        ],
        [
          "refuses a name with NUL",
          { ...good, name: "a\u0000b" },
          { name: ["Null characters are not allowed."] },
        ],
        [
          "requires a plan of the offering",
          { ...good, dst_plan: world.rows.otherPlan.uuid },
          { dst_plan: ["This plan is not available for selected offering."] },
        ],
        [
          "reports errors of mappings at their place",
          { ...good, mappings: { subnets: [{ src_cidr: "10.20.0.0/24", dst_cidr: "10.0.0.5/24" }, {}] } },
          {
            mappings: {
              subnets: [
                { dst_cidr: ["Enter a valid IPv4 address."] },
                { src_cidr: required, dst_cidr: required },
              ],
            },
          },
        ],
        [
          "refuses the mapping of a subnet that does not exist",
          { ...good, mappings: { subnets: [{ src_cidr: "10.250.0.0/24", dst_cidr: "10.9.0.0/24" }] } },
          { non_field_errors: ["No subnet of the source tenant has the CIDR 10.250.0.0/24."] },
        ],
        [
          "refuses ports together with subnet mappings",
          {
            ...good,
            mappings: {
              sync_instance_ports: true,
              subnets: [{ src_cidr: "10.20.0.0/22", dst_cidr: "10.9.0.0/22" }],
            },
          },
          { non_field_errors: ["sync_instance_ports cannot be used together with subnets mappings."] },
        ],
        [
          "refuses networks of other tenants",
          { ...good, mappings: { networks: [unknown] } },
          { mappings: { networks: doesNotExist(unknown) } },
        ],
        [
          "reports networks together with the other fields",
          {
            ...good,
            name: "",
            mappings: { networks: [unknown.toUpperCase()], subnets: [{ src_cidr: "10.20.0.0/24" }] },
          },
          {
            name: ["This field may not be blank."],
            mappings: {
              networks: doesNotExist(unknown.toUpperCase()),
              subnets: [{ dst_cidr: required }],
            },
          },
        ],
        [
          "refuses subnets that overlap in a network",
          {
            ...good,
            mappings: {
              subnets: [
                { src_cidr: "10.20.0.0/24", dst_cidr: "10.9.0.0/24" },
                { src_cidr: "10.20.4.0/24", dst_cidr: "10.9.0.0/24" },
              ],
            },
          },
          /^The subnets .* of one network overlap after the mapping\.$/,
        ],
        [
          "refuses volume types of another cloud",
          { ...good, mappings: { volume_types: [{ src_type_uuid: type?.uuid, dst_type_uuid: type?.uuid }] } },
          /^Invalid dst_type_uuid [0-9a-f-]{36} as it is not available in service settings\.$/,
        ],
      ]
      for (const [rule, body, errors] of refused) {
        const { status, body: answer } = await post(body)
        t.equal(status, 400, rule)
        if (errors instanceof RegExp)
          t.match((answer as { non_field_errors: string[] }).non_field_errors[0], errors, rule)
        else t.strictSame(answer, errors, rule)
      }

      t.strictSame(
        (await post(good, stranger.token)).body,
        { src_resource: doesNotExist(tenant.resourceUuid) },
        "refuses resources of other projects and customers",
      )
      const broken = await ask(`${world.url}/api/openstack-migrations/`, {
        method: "POST",
        token: owner.token,
        raw: "{nope",
      })
      t.equal(broken.status, 400, "refuses a body that is not JSON")
      t.match(broken.body, { detail: /^JSON parse error - / })
      const xml = await ask(`${world.url}/api/openstack-migrations/`, {
        method: "POST",
        token: owner.token,
        raw: "<x/>",
        headers: { "content-type": "application/xml" },
      })
      t.equal(xml.status, 415)
      t.strictSame(xml.body, { detail: 'Unsupported media type "application/xml" in request.' })
      t.strictSame(await countRows(world), before, "stores nothing when it is refused")

      const made = await post({ ...good, name: "  mine ", description: "words", mappings: {} }, staff.token)
      t.equal(made.status, 201)
      t.match(made.body, {
        src_resource: tenant.resourceUuid,
        src_resource_uuid: tenant.resourceUuid,
        dst_resource_name: "mine",
        dst_resource_state: "Creating",
        state: "CREATION_SCHEDULED",
        error_message: "",
        error_traceback: "",
        created: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/,
      })
      t.strictSame((made.body as { mappings: unknown }).mappings, {
        skip_connection_extnet: false,
        sync_instance_ports: false,
      })
      const { rows } = await world.pool.query(
        "select name, description from openstack_tenant order by id desc limit 1",
      )
      t.strictSame(rows[0], { name: "mine", description: "words" })
    },
    { worker: false },
  ),
)

/** Counts the rows of every table that a create request writes. */
async function countRows(world: TestWorld): Promise<unknown> {
  const tables = [
    "openstack_tenant",
    "openstack_network",
    "marketplace_resource",
    "quotas_quotalimit",
    "waldur_openstack_replication_migration",
    "openstack_replication.object",
    "graphile_worker.jobs",
  ]
  const counts = await Promise.all(tables.map((table) => world.pool.query(`select count(*) from ${table}`)))
  return counts.map(({ rows }) => rows[0].count)
}
