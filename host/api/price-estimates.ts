import { sql } from "kysely"
import { contentType } from "./forms.ts"

export interface PriceEstimate {
  readonly total: string
  readonly current: string
  readonly tax: string
  readonly tax_current: string
}

/**
 * The price of this month's invoice items of a customer or project, which is `row` in the query; its customer is
 * `customer`. Zero without an estimate. Items are billed from their start, so what is due now is the total.
 */
export function priceEstimateOf(model: "customer" | "project") {
  return sql<PriceEstimate>`(
    select json_build_object('total', total::text, 'current', total::text, 'tax', tax::text, 'tax_current', tax::text)
    from (
      select round(coalesce(sum(estimate.total::numeric), 0), 2) as total,
        round(coalesce(sum(estimate.total::numeric), 0) * customer.default_tax_percent / 100, 2) as tax
      from billing_priceestimate as estimate
      where estimate.object_id = row.id and estimate.content_type_id = ${contentType("structure", model)}) as amounts)`
}
