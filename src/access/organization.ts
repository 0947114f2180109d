import { apiErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"
import type { WantedOrder } from "./types.ts"

/**
 * Checks Waldur's rules for the organization that an order is for. They apply to every user. A host that keeps its
 * organizations elsewhere checks its own rules in `ordersUnreviewed`.
 * @throws ApiError 400
 */
export async function checkOrganization(db: Db, order: WantedOrder): Promise<void> {
  const customer = await customerOf(db, order.projectId)
  if (customer.blocked) throw apiErrors.nonField("Blocked organization is not available.")
  if (customer.archived) throw apiErrors.nonField("Archived organization is not available.")
  await checkOffering(db, order, customer)
  const groups = await db
    .selectFrom("marketplace_plan_organization_groups")
    .select("organizationgroup_id as id")
    .where("plan_id", "=", order.planId)
    .execute()
  if (isClosedTo(groups, customer.group)) {
    throw apiErrors.invalid({
      dst_plan: [`This plan is not available for organization "${customer.name}".`],
    })
  }
}

type Customer = Awaited<ReturnType<typeof customerOf>>

function customerOf(db: Db, projectId: number) {
  return db
    .selectFrom("structure_customer as customer")
    .innerJoin("structure_project as project", "project.customer_id", "customer.id")
    .select([
      "customer.id",
      "customer.name",
      "customer.blocked",
      "customer.archived",
      "customer.organization_group_id as group",
    ])
    .where("project.id", "=", projectId)
    .executeTakeFirstOrThrow()
}

/** A shared offering may be restricted to organization groups; another belongs to a customer or a project. */
async function checkOffering(db: Db, order: WantedOrder, customer: Customer): Promise<void> {
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
    if (isClosedTo(groups, customer.group)) {
      throw apiErrors.invalid({ dst_offering: ["This offering is not available for ordering."] })
    }
  } else if (offering.customer_id !== customer.id && offering.project_id !== order.projectId) {
    throw apiErrors.invalid({
      dst_offering: [`Offering "${offering.name}" is not allowed in organization "${customer.name}".`],
    })
  }
}

/** What is restricted to organization groups is closed to an organization of another group or of none. */
function isClosedTo(groups: readonly { readonly id: number }[], group: number | null): boolean {
  return groups.length > 0 && groups.every(({ id }) => id !== group)
}
