import { sql } from "kysely"
import { apiErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"

/** Waldur's policies that may block new resources: those on the costs of a project or of its customer. */
const policies = [
  { table: "policy_projectestimatedcostpolicy", items: sql`item.project_id` },
  { table: "policy_customerestimatedcostpolicy", items: sql`invoice.customer_id` },
] as const

/** The tables that are read. Where one is missing, the host has no policies. */
const tables = [...policies.map(({ table }) => table), "invoices_invoice", "invoices_invoiceitem"]

/**
 * Checks that no triggered policy blocks new resources in a project. A policy is triggered when Waldur has marked it so, or
 * when the customer's invoices exceed its limit by now: rows that are written by SQL do not make Waldur mark it.
 * @throws ApiError 400
 */
export async function checkCostPolicies(
  db: Db,
  { projectId, customerId }: { readonly projectId: number; readonly customerId: number },
): Promise<void> {
  if (!(await hasPolicies(db))) return
  const [project, customer] = policies
  const { rows } = await sql`
    ${triggered(project, projectId)} union all ${triggered(customer, customerId)} limit 1`.execute(db)
  if (rows.length > 0) {
    throw apiErrors.invalid(["Creation of new resources in this project is not available due to a policy."])
  }
}

async function hasPolicies(db: Db): Promise<boolean> {
  const { rows } = await sql<{ all_exist: boolean }>`
    select bool_and(to_regclass(name) is not null) as all_exist from unnest(${tables}::text[]) name`.execute(
    db,
  )
  return rows[0]?.all_exist ?? false
}

/**
 * Selects the triggered policies of a scope that block new resources. Their period is 1: all invoices; 2, 3, 4: those of the
 * last 1, 3 or 12 months. Each item counts with its tax, both rounded up to a hundredth; canceled invoices do not count.
 */
function triggered({ table, items }: (typeof policies)[number], scopeId: number) {
  return sql`(
    select policy.id from ${sql.table(table)} policy
    where policy.scope_id = ${scopeId}
      and 'block_creation_of_new_resources' = any (string_to_array(policy.actions, ','))
      and (policy.has_fired or policy.limit_cost < (
        select sum(ceil(item.unit_price * item.quantity * 100) / 100
          + ceil(item.unit_price * item.quantity * invoice.tax_percent) / 100)
        from invoices_invoiceitem item
          join invoices_invoice invoice on invoice.id = item.invoice_id
          join structure_customer customer on customer.id = invoice.customer_id
        where ${items} = ${scopeId} and invoice.state <> 'canceled' and not customer.blocked and not customer.archived
          and (policy.period = 1 or make_date(invoice.year, invoice.month, 1) > date_trunc('month', now() at time zone 'UTC')
            - case policy.period when 3 then interval '3 months' when 4 then interval '12 months' else interval '1 month' end)
      )))`
}
