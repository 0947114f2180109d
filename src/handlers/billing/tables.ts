import {
  date,
  float,
  id,
  int,
  jsonb,
  nullable,
  numeric,
  type RowOf,
  smallint,
  type Table,
  text,
  timestamp,
  uuid,
  varchar,
} from "../../models/columns.ts"
import type { Trx } from "../../models/database.ts"

/** Waldur's tables that billing writes: every column is given on insert, for none has a default. */
export const billingTables = {
  invoices_invoice: {
    id,
    uuid,
    month: smallint,
    year: smallint,
    state: varchar,
    customer_id: int,
    invoice_date: nullable(date),
    tax_percent: numeric,
    total_cost: numeric,
    total_price: numeric,
    created: nullable(date),
    backend_id: varchar,
    payment_url: varchar,
    reference_number: varchar,
  },
  invoices_invoiceitem: {
    id,
    uuid,
    name: text,
    unit: varchar,
    unit_price: numeric,
    quantity: numeric,
    measured_unit: varchar,
    article_code: varchar,
    start: timestamp,
    end: timestamp,
    project_id: nullable(int),
    project_name: varchar,
    project_uuid: varchar,
    details: jsonb<Readonly<Record<string, unknown>>>(),
    invoice_id: int,
    resource_id: nullable(int),
    backend_uuid: nullable(uuid),
    credit_id: nullable(int),
  },
  billing_priceestimate: {
    id,
    uuid,
    total: float,
    object_id: nullable(int),
    content_type_id: nullable(int),
  },
} as const satisfies Record<string, Table>

/** Waldur's tables and columns that billing reads beyond those that the plugin needs anyway. */
export const billingReads = {
  marketplace_offeringcomponent: {
    id,
    name: varchar,
    type: varchar,
    measured_unit: varchar,
    article_code: varchar,
    billing_type: varchar,
    limit_period: nullable(varchar),
  },
  marketplace_plan: { id, uuid, name: varchar, unit: varchar, article_code: varchar },
  marketplace_plancomponent: { id, plan_id: int, component_id: nullable(int), price: numeric, amount: int },
  marketplace_serviceprovider: { id, uuid, customer_id: int },
  structure_customer: { id, uuid, name: varchar, default_tax_percent: numeric },
} as const satisfies Record<string, Table>

type Tables = typeof billingTables & typeof billingReads
type BillingTables = { [Name in keyof Tables]: RowOf<Tables[Name]> }

/** The same transaction, with the tables of billing. */
export function billingTrx(trx: Trx) {
  return trx.withTables<BillingTables>()
}
