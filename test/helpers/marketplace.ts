import type pg from "pg"
import type { CloudFacts } from "../../host/demo/cloud-facts.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { insertRef, insertRow, type Row } from "../../host/waldur/insert.ts"
import { createHandlers, type HandlerSwitches, saveRow, selectHandlers } from "../../src/handlers/index.ts"
import { CoreState } from "../../src/models/codes.ts"
import { type Db, openDatabase, type Trx } from "../../src/models/database.ts"
import { withDatabase } from "./database.ts"

/** A marketplace's rows without clouds, on a real PostgreSQL, and saves with the plugin's handlers. */
export interface Marketplace {
  readonly pool: pg.Pool
  readonly db: Db
  readonly rows: DemoRows
  /** Inserts a plan of the destination's offering with its components, in place of those of the same types. Returns its id. */
  plan(unit: string, components: readonly PlanComponent[]): Promise<number>
  /** Inserts a resource in CREATING with its tenant. */
  resource(more?: Row): Promise<TestResource>
  /** Saves a resource as the plugin does, in one transaction. */
  save(resource: TestResource, changes: Changes, at?: string): Promise<void>
  /** Inserts a running migration of a resource and ends it, OK or ERRED. */
  endMigration(resource: TestResource, state: number): Promise<void>
  /** Saves a resource in a transaction of the test's. */
  saveIn(trx: Trx, resource: TestResource, changes: Changes, at?: string): Promise<void>
}

export interface PlanComponent {
  readonly type: string
  readonly billing_type: string
  readonly limit_period?: string
  readonly price: string
  readonly amount?: number
}

export interface TestResource {
  readonly id: number
  readonly tenantId: number
}

export interface Changes {
  readonly state?: number
  readonly plan_id?: number | null
}

/** @param switches of the handlers. @default all are on */
export function withMarketplace(
  run: (marketplace: Marketplace) => Promise<void>,
  switches: HandlerSwitches = {},
): Promise<void> {
  return withDatabase(async ({ pool }) => {
    const rows = await createDemoRows(pool, { source: facts("a"), destination: facts("b") })
    const db = openDatabase(pool)
    const hooksAt = (at = "2026-11-27T23:29:12.141Z") =>
      createHandlers({
        handlers: selectHandlers(switches),
        host: {},
        queueSchema: "graphile_worker",
        now: () => new Date(at),
      }).hooks
    const saveIn: Marketplace["saveIn"] = async (trx, { id }, changes, at) => {
      await saveRow(trx, hooksAt(at), "resource", id, changes)
    }
    await run({
      pool,
      db,
      rows,
      plan: (unit, components) => insertPlan(pool, rows, unit, components),
      resource: (more = {}) => insertResource(pool, rows, more),
      async endMigration(resource, state) {
        const { id } = await insertRef(pool, "waldur_openstack_replication_migration", {
          state: CoreState.CREATING,
          created: "2026-11-27T23:27:32.545Z",
          created_by_id: rows.users.owner.id,
          src_resource_id: resource.id,
          dst_resource_id: resource.id,
        })
        await db.transaction().execute((trx) => saveRow(trx, hooksAt(), "migration", id, { state }))
      },
      saveIn,
      save: (...save) => db.transaction().execute((trx) => saveIn(trx, ...save)),
    })
  }, "all")
}

function facts(name: string): CloudFacts {
  return {
    connection: {
      name,
      authUrl: `http://${name}.invalid/v3`,
      username: "admin",
      password: "secret",
      projectName: "admin",
    } as CloudFacts["connection"],
    volumeTypes: { ssd: `${name}-ssd` },
  }
}

async function insertPlan(
  pool: pg.Pool,
  { destination: { offering } }: DemoRows,
  unit: string,
  components: readonly PlanComponent[],
): Promise<number> {
  const plan = await insertRef(pool, "marketplace_plan", {
    name: `By ${unit}`,
    unit,
    unit_price: 0,
    offering_id: offering.id,
  })
  for (const { price, amount = 0, ...component } of components) {
    const same = await componentIds(pool, offering.id, component.type)
    await pool.query("delete from marketplace_plancomponent where component_id = any ($1)", [same])
    await pool.query("delete from marketplace_componentquota where component_id = any ($1)", [same])
    await pool.query("delete from marketplace_offeringcomponent where id = any ($1)", [same])
    const component_id = await insertRow(pool, "marketplace_offeringcomponent", {
      ...component,
      name: component.type,
      measured_unit: "units",
      is_boolean: false,
      offering_id: offering.id,
    })
    await insertRow(pool, "marketplace_plancomponent", { plan_id: plan.id, component_id, price, amount })
  }
  return plan.id
}

async function componentIds(pool: pg.Pool, offeringId: number, type: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from marketplace_offeringcomponent where offering_id = $1 and type = $2",
    [offeringId, type],
  )
  return rows.map(({ id }) => id)
}

let made = 0

async function insertResource(pool: pg.Pool, rows: DemoRows, more: Row): Promise<TestResource> {
  const name = `copy-${++made}`
  const { id: tenantId } = await insertRef(pool, "openstack_tenant", {
    name,
    state: 3,
    backend_id: name,
    action_details: "{}",
    project_id: rows.project.id,
    service_settings_id: rows.destination.settings.id,
  })
  const { rows: types } = await pool.query<{ id: number }>(
    "select id from django_content_type where app_label = 'openstack' and model = 'tenant'",
  )
  const { id } = await insertRef(pool, "marketplace_resource", {
    name,
    state: 1,
    limits: { cores: 8, ram: 16_384, gigabytes_ssd: 50 },
    project_id: rows.project.id,
    offering_id: rows.destination.offering.id,
    plan_id: rows.destinationPlan.id,
    content_type_id: types[0]?.id,
    object_id: tenantId,
    backend_id: name,
    slug: name,
    ...more,
  })
  return { id, tenantId }
}
