import t from "tap"
import type { CloudFacts } from "../../host/demo/cloud-facts.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { insertRow } from "../../host/waldur/insert.ts"
import { type TestDatabase, withDatabase } from "../helpers/database.ts"

t.test("each plan belongs to its offering", (t) =>
  withRows(async (rows, { pool }) => {
    const { rows: plans } = await pool.query("select id, offering_id from marketplace_plan order by id")
    t.strictSame(plans, [
      { id: rows.otherPlan.id, offering_id: rows.source.offering.id },
      { id: rows.destinationPlan.id, offering_id: rows.destination.offering.id },
    ])
  }),
)

t.test("each user has a token of 40 hex digits", (t) =>
  withRows(async ({ users }, { pool }) => {
    for (const { id, token } of Object.values(users)) {
      t.match(token, /^[0-9a-f]{40}$/)
      const { rows } = await pool.query("select user_id from authtoken_token where key = $1", [token])
      t.strictSame(rows, [{ user_id: id }])
    }
  }),
)

t.test("the owner may approve orders in the customer, the stranger has no role", (t) =>
  withRows(async ({ users, customer }, { pool }) => {
    const { rows } = await pool.query(`
      select user_id, object_id from permissions_userrole
      join permissions_rolepermission using (role_id)
      where permission = 'ORDER.APPROVE' and is_active
        and content_type_id = (select id from django_content_type where app_label = 'structure' and model = 'customer')`)
    t.strictSame(rows, [{ user_id: users.owner.id, object_id: customer.id }])
  }),
)

t.test("offerings refer to service settings with the cloud's connection", (t) =>
  withRows(async ({ source }, { pool }) => {
    const { rows } = await pool.query(
      `select backend_url, username, settings.options::jsonb as options from marketplace_offering
       join structure_servicesettings as settings on settings.id = marketplace_offering.object_id
       where marketplace_offering.id = $1`,
      [source.offering.id],
    )
    const options = { tenant_name: "admin", external_network_id: "net", verify_ssl: true }
    t.match(rows, [{ backend_url: "http://source/v3", username: "admin", options }])
  }),
)

t.test("every volume type has a component in its offering", (t) =>
  withRows(async ({ destination }, { pool }) => {
    const { rows } = await pool.query(
      "select type, object_id from marketplace_offeringcomponent where offering_id = $1 and type like 'gigabytes_%'",
      [destination.offering.id],
    )
    t.strictSame(rows, [{ type: "gigabytes_ssd", object_id: destination.volumeTypes.ssd?.id }])
  }),
)

t.test("a row with an unknown column or without a required number is refused", (t) =>
  withDatabase(async ({ pool }) => {
    await t.rejects(insertRow(pool, "core_feature", { kee: "x" }), {
      message: "Table core_feature has no column kee.",
    })
    await t.rejects(insertRow(pool, "quotas_quotalimit", { name: "x" }), {
      message: "quotas_quotalimit.value needs a value.",
    })
  }),
)

function withRows(run: (rows: DemoRows, db: TestDatabase) => Promise<void>): Promise<void> {
  return withDatabase(async (db) => {
    await run(
      await createDemoRows(db.pool, { source: facts("source"), destination: facts("destination") }),
      db,
    )
  })
}

function facts(name: string): CloudFacts {
  return {
    connection: {
      name,
      authUrl: `http://${name}/v3`,
      username: "admin",
      password: "pw",
      projectName: "admin",
    },
    externalNetworkId: "net",
    volumeTypes: { ssd: `${name}-ssd` },
  }
}
