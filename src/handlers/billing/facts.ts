import { sql } from "kysely"
import { ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { BilledResource, PlanComponent } from "./invoice-items.ts"
import { billingTrx } from "./tables.ts"

/** Which resources are read: one, or all that a customer has to pay for. */
export type Selection = { readonly resourceId: number } | { readonly customerId: number }

/**
 * Reads what an invoice needs to know of resources that have a plan. Of a customer's resources those count that are in use:
 * Waldur also bills those that failed (state ERRED), which nobody can use; that is not repeated.
 */
export async function readBilledResources(
  trx: Trx,
  selection: Selection,
): Promise<readonly BilledResource[]> {
  const query = billingTrx(trx)
    .selectFrom("marketplace_resource as resource")
    .innerJoin("structure_project as project", "project.id", "resource.project_id")
    .innerJoin("marketplace_plan as plan", "plan.id", "resource.plan_id")
    .innerJoin("marketplace_offering as offering", "offering.id", "resource.offering_id")
    .leftJoin("structure_customer as provider", "provider.id", "offering.customer_id")
    .leftJoin("marketplace_serviceprovider as service", "service.customer_id", "provider.id")
    .select([
      "resource.id",
      "resource.uuid",
      "resource.name",
      "resource.limits",
      "resource.plan_id",
      "project.id as project_id",
      "project.name as project_name",
      "project.uuid as project_uuid",
      "plan.name as plan_name",
      "plan.uuid as plan_uuid",
      "plan.unit as plan_unit",
      "plan.article_code as plan_article_code",
      "offering.name as offering_name",
      "offering.uuid as offering_uuid",
      "offering.type as offering_type",
      "provider.name as provider_name",
      "service.uuid as provider_uuid",
    ])
    .orderBy("resource.id")
  const rows = await ("resourceId" in selection
    ? query.where("resource.id", "=", selection.resourceId)
    : query
        .where("project.customer_id", "=", selection.customerId)
        .where("resource.state", "not in", [
          ResourceState.CREATING,
          ResourceState.ERRED,
          ResourceState.TERMINATED,
        ])
  ).execute()
  const plans = await readPlanComponents(trx, [...new Set(rows.flatMap((row) => row.plan_id ?? []))])
  return rows.map((row) => ({
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    limits: row.limits,
    project: { id: row.project_id, name: row.project_name, uuid: row.project_uuid },
    plan: {
      name: row.plan_name,
      uuid: row.plan_uuid,
      unit: row.plan_unit,
      articleCode: row.plan_article_code,
    },
    offering: { name: row.offering_name, uuid: row.offering_uuid, type: row.offering_type },
    provider: { name: row.provider_name ?? "", uuid: row.provider_uuid ?? "" },
    components: plans.get(row.plan_id ?? 0) ?? [],
  }))
}

/** Components with a price, by id of their plan. PostgreSQL multiplies, so that no digit of a price is lost. */
async function readPlanComponents(
  trx: Trx,
  planIds: readonly number[],
): Promise<ReadonlyMap<number, readonly PlanComponent[]>> {
  if (planIds.length === 0) return new Map()
  const rows = await billingTrx(trx)
    .selectFrom("marketplace_plancomponent as price")
    .innerJoin("marketplace_offeringcomponent as component", "component.id", "price.component_id")
    .select([
      "price.id",
      "price.plan_id",
      "component.type",
      "component.name",
      "component.measured_unit as measuredUnit",
      "component.article_code as articleCode",
      "component.billing_type as billingType",
      "component.limit_period as limitPeriod",
      "price.price",
      sql<string>`(price.price * price.amount)::text`.as("fixedPrice"),
    ])
    .where("price.plan_id", "in", planIds)
    .orderBy("price.id")
    .execute()
  return Map.groupBy(rows, (row) => row.plan_id)
}
