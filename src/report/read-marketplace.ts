import { sql } from "kysely"
import { readPlanPrice } from "../handlers/billing/plan-price.ts"
import type { Handlers } from "../handlers/index.ts"
import { OfferingState, OrderState, OrderType, resourceStateName } from "../models/codes.ts"
import type { Db } from "../models/database.ts"
import { hex } from "../models/uuid.ts"
import type { Report } from "./report.ts"
import { amountText } from "./text.ts"

type Marketplace = Report["marketplace"]

/**
 * Reads what the marketplace has of a copy now. A part whose handler is off is not read: the host may lack its tables,
 * which are checked only where the handler is on.
 */
export async function readMarketplace(
  db: Db,
  migrationId: number,
  isOn: Handlers["isOn"],
): Promise<Marketplace> {
  const found = await db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("marketplace_resource as resource", "resource.id", "migration.dst_resource_id")
    .select(["resource.id", "resource.uuid", "resource.name", "resource.state", "resource.object_id"])
    .select(["resource.content_type_id", "migration.src_resource_id"])
    .where("migration.id", "=", migrationId)
    .executeTakeFirstOrThrow()
  return {
    resource: { uuid: hex(found.uuid), name: found.name, state: resourceStateName(found.state) },
    order: isOn("orders") ? await readOrder(db, found.id) : null,
    offerings: isOn("subResourceOfferings") ? await readOfferings(db, found) : null,
    invoice: isOn("billing") ? await readInvoice(db, found.id) : null,
    prices: isOn("billing")
      ? { before: await readPrice(db, found.src_resource_id), after: await readPrice(db, found.id) }
      : null,
  }
}

async function readOrder(db: Db, resourceId: number): Promise<Marketplace["order"]> {
  const order = await db
    .selectFrom("marketplace_order")
    .select(["uuid", "state"])
    .where("resource_id", "=", resourceId)
    .where("type", "=", OrderType.CREATE)
    .orderBy("id")
    .executeTakeFirst()
  return order === undefined
    ? null
    : { uuid: hex(order.uuid), state: nameOf(OrderState, order.state).toLowerCase() }
}

interface Tenant {
  readonly object_id: number | null
  readonly content_type_id: number | null
}

async function readOfferings(
  db: Db,
  { object_id, content_type_id }: Tenant,
): Promise<NonNullable<Marketplace["offerings"]>> {
  const rows = await db
    .selectFrom("marketplace_offering")
    .select(["uuid", "name", "type", "state"])
    .where("object_id", "=", object_id)
    .where("content_type_id", "=", content_type_id)
    .where("type", "in", ["OpenStack.Instance", "OpenStack.Volume"])
    .orderBy("id")
    .execute()
  return rows.map(({ uuid, state, ...offering }) => {
    const name = nameOf(OfferingState, state)
    return { uuid: hex(uuid), ...offering, state: `${name.slice(0, 1)}${name.slice(1).toLowerCase()}` }
  })
}

interface ItemRow {
  readonly invoice: string
  readonly month: string
  readonly state: string
  readonly name: string
  readonly quantity: string
  readonly unit: string
  readonly unit_price: string
  readonly price: string
  readonly total: string
  readonly start: Date
  readonly end: Date
}

/** PostgreSQL computes prices, so that no digit is lost. */
async function readInvoice(db: Db, resourceId: number): Promise<Marketplace["invoice"]> {
  const { rows } = await sql<ItemRow>`
    select invoice.uuid as invoice, format('%s-%s', invoice.year, lpad(invoice.month::text, 2, '0')) as month,
      invoice.state, item.name, item.quantity::text, item.unit, item.unit_price::text, price::text,
      (sum(price) over ())::text as total, item.start, item."end"
    from invoices_invoiceitem item
      join invoices_invoice invoice on invoice.id = item.invoice_id
      cross join lateral (select ceil(item.unit_price * item.quantity * 100) / 100 as price) rounded
    where item.resource_id = ${resourceId} and item.invoice_id = (
      select other.id from invoices_invoice other join invoices_invoiceitem own on own.invoice_id = other.id
      where own.resource_id = ${resourceId} order by other.year desc, other.month desc limit 1)
    order by item.id`.execute(db)
  const [first] = rows
  if (first === undefined) return null
  return {
    uuid: hex(first.invoice),
    month: first.month,
    state: first.state,
    items: rows.map((row) => ({
      name: row.name,
      quantity: amountText(row.quantity),
      unit: row.unit,
      unit_price: amountText(row.unit_price),
      price: amountText(row.price),
      start: row.start.toISOString(),
      end: row.end.toISOString(),
    })),
    total: amountText(first.total),
  }
}

async function readPrice(db: Db, resourceId: number): Promise<NonNullable<Marketplace["prices"]>["before"]> {
  const amount = await readPlanPrice(db, resourceId, { oneTime: false })
  if (amount === null) return null
  const { rows } = await sql<{ per: string }>`
    select plan.unit as per from marketplace_resource resource join marketplace_plan plan on plan.id = resource.plan_id
    where resource.id = ${resourceId}`.execute(db)
  return { amount: amountText(amount), per: rows[0]?.per ?? "" }
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return Object.entries(codes).find(([, value]) => value === code)?.[0] ?? String(code)
}
