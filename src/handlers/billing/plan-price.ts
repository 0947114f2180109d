import { sql } from "kysely"
import type { Db } from "../../models/database.ts"
import { billingReads } from "./tables.ts"

/** The tables that `readPlanPrice` reads. */
export const planPriceTables = {
  marketplace_plancomponent: billingReads.marketplace_plancomponent,
  marketplace_offeringcomponent: billingReads.marketplace_offeringcomponent,
} as const

/**
 * Returns what a resource costs by its plan and limits in one period of the plan, as decimal text; null where its plan has
 * no prices. PostgreSQL computes it, so that no digit is lost.
 * @param oneTime whether prices that are paid only once are included, as in the first period
 */
export async function readPlanPrice(
  trx: Db,
  resourceId: number,
  { oneTime }: { readonly oneTime: boolean },
): Promise<string | null> {
  const { rows } = await sql<{ price: string | null }>`
    select sum(case component.billing_type
        when 'limit' then price.price * case
          when limits.value in (0, -1) then 0
          when component.type in ('ram', 'storage') then trunc(limits.value / 1024)
          else trunc(limits.value) end
        when 'fixed' then price.price * price.amount
        when 'one' then price.price end)::text as price
    from marketplace_resource resource
      join marketplace_plancomponent price on price.plan_id = resource.plan_id
      join marketplace_offeringcomponent component on component.id = price.component_id
      cross join lateral (select (resource.limits ->> component.type)::numeric as value) limits
    where resource.id = ${resourceId}
      and (${oneTime} or component.billing_type <> 'one' and component.limit_period is distinct from 'total')`.execute(
    trx,
  )
  return rows[0]?.price ?? null
}
