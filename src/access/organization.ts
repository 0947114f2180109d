import { apiErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"
import type { WantedOrder } from "./types.ts"

/**
 * Waldur's rules for the organization that an order is for, whoever orders. A host that keeps its organizations
 * elsewhere decides this where it answers `ordersUnreviewed`. @throws ApiError 400
 */
export async function checkOrganization(db: Db, order: WantedOrder): Promise<void> {
  const customer = await db
    .selectFrom("structure_customer as customer")
    .innerJoin("structure_project as project", "project.customer_id", "customer.id")
    .select([
      "customer.id",
      "customer.name",
      "customer.blocked",
      "customer.archived",
      "customer.organization_group_id as group",
    ])
    .where("project.id", "=", order.projectId)
    .executeTakeFirstOrThrow()
  if (customer.blocked) throw apiErrors.nonField("Blocked organization is not available.")
  if (customer.archived) throw apiErrors.nonField("Archived organization is not available.")
  const offering = await db
    .selectFrom("marketplace_offering")
    .select(["name", "shared", "customer_id", "project_id"])
    .where("id", "=", order.offeringId)
    .executeTakeFirstOrThrow()
  if (offering.shared) {
    const groups = await db
      .selectFrom("marketplace_offering_organization_groups")
      .select("organizationgroup_id as id")
      .where("offering_id", "=", order.offeringId)
      .execute()
    if (isClosed(groups, customer.group)) {
      throw apiErrors.invalid({ dst_offering: ["This offering is not available for ordering."] })
    }
  } else if (offering.customer_id !== customer.id && offering.project_id !== order.projectId) {
    throw apiErrors.invalid({
      dst_offering: [`Offering "${offering.name}" is not allowed in organization "${customer.name}".`],
    })
  }
  const groups = await db
    .selectFrom("marketplace_plan_organization_groups")
    .select("organizationgroup_id as id")
    .where("plan_id", "=", order.planId)
    .execute()
  if (isClosed(groups, customer.group)) {
    throw apiErrors.invalid({
      dst_plan: [`This plan is not available for organization "${customer.name}".`],
    })
  }
}

/** What is kept for organization groups is closed to organizations of none of them. */
function isClosed(groups: readonly { readonly id: number }[], own: number | null): boolean {
  return groups.length > 0 && groups.every((group) => group.id !== own)
}
