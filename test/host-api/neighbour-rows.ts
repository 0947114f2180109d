import { insertRef, insertRow, type Row } from "../../host/waldur/insert.ts"
import type { TestWorld } from "../helpers/world.ts"

/** Ids of the rows of a copy. */
interface Copy {
  readonly resource_id: number
  readonly tenant_id: number
  readonly project_id: number
  readonly service_settings_id: number
  readonly plan_id: number
  readonly offering_id: number
  readonly customer_id: number
}

/** A month in which no other part of a test writes an invoice. */
const month = { year: 2001, month: 2 }

/** Inserts one row of each kind that the pages of a copy read and that nothing else writes. */
export async function insertNeighbours({ pool }: TestWorld, resourceUuid: string): Promise<void> {
  const { rows } = await pool.query<Copy>(
    `select resource.id as resource_id, resource.object_id as tenant_id, resource.project_id, resource.plan_id,
       resource.offering_id, project.customer_id, tenant.service_settings_id
     from marketplace_resource resource join structure_project project on project.id = resource.project_id
       join openstack_tenant tenant on tenant.id = resource.object_id where resource.uuid = $1`,
    [resourceUuid],
  )
  const [copy] = rows
  if (copy === undefined) throw new Error("The copy has no rows.")
  await insertCloudItems({ pool }, copy)
  await insertObjects({ pool }, copy)
  await insertBilling({ pool }, copy)
}

type Pool = Pick<TestWorld, "pool">

async function insertCloudItems({ pool }: Pool, { service_settings_id, tenant_id }: Copy): Promise<void> {
  const of = (name: string): Row => ({ name, backend_id: `of-${name}`, settings_id: service_settings_id })
  const flavor = await insertRef(pool, "openstack_flavor", { ...of("m1"), cores: 1, ram: 512, disk: 1_024 })
  const image = await insertRef(pool, "openstack_image", { ...of("linux"), min_ram: 0, min_disk: 1_024 })
  await insertRow(pool, "openstack_flavor_tenants", { flavor_id: flavor.id, tenant_id })
  await insertRow(pool, "openstack_image_tenants", { image_id: image.id, tenant_id })
}

async function insertObjects(
  { pool }: Pool,
  { tenant_id, project_id, service_settings_id, offering_id }: Copy,
): Promise<void> {
  const object = (name: string) => ({
    name,
    state: 3,
    backend_id: name,
    tenant_id,
    project_id,
    service_settings_id,
  })
  await insertRef(pool, "openstack_floatingip", { ...object("float"), address: "198.51.100.9" })
  await insertRef(pool, "openstack_volume", {
    ...object("disk"),
    size: 1_024,
    action_details: "{}",
    metadata: "{}",
  })
  await insertRef(pool, "openstack_snapshot", { ...object("snap"), size: 1_024, metadata: "{}" })
  await insertRef(pool, "openstack_servergroup", { ...object("group"), policy: "affinity" })
  await pool.query(
    `insert into marketplace_offering
     select (jsonb_populate_record(parent, jsonb_build_object('id', (select max(id) + 1000 from marketplace_offering),
       'uuid', gen_random_uuid(), 'type', 'OpenStack.Instance', 'shared', false, 'parent_id', parent.id,
       'object_id', $1::int, 'name', 'Virtual machine in a copy', 'content_type_id',
       (select id from django_content_type where app_label = 'openstack' and model = 'tenant')))).*
     from marketplace_offering as parent where id = $2`,
    [tenant_id, offering_id],
  )
}

async function insertBilling(
  { pool }: Pool,
  { resource_id, project_id, plan_id, offering_id, customer_id }: Copy,
): Promise<void> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from marketplace_offeringcomponent where offering_id = $1 and type = 'cores'",
    [offering_id],
  )
  const invoice = await insertRef(pool, "invoices_invoice", {
    ...month,
    customer_id,
    state: "pending",
    tax_percent: 20,
    total_cost: 0,
    total_price: 0,
    created: "2001-02-01",
    invoice_date: "2001-03-01",
  })
  await insertRef(pool, "invoices_invoiceitem", {
    invoice_id: invoice.id,
    resource_id,
    project_id,
    name: "copy / CPU",
    unit: "month",
    unit_price: "0.3333333",
    quantity: "2",
    start: "2001-02-01T00:00:00Z",
    end: "2001-02-28T23:59:59.999999Z",
    details: { offering_component_type: "cores" },
  })
  const period = { plan_id, resource_id, start: "2001-02-01T00:00:00Z" }
  const periodRow = await insertRef(pool, "marketplace_resourceplanperiod", period)
  await insertRef(pool, "marketplace_componentusage", {
    component_id: rows[0]?.id,
    resource_id,
    plan_period_id: periodRow.id,
    usage: "3",
    date: "2001-02-01T00:00:00Z",
    billing_period: "2001-02-01",
  })
}
