import { sql } from "kysely"
import { apiErrors } from "../api-error.ts"
import { OfferingState, ResourceState } from "../models/codes.ts"
import type { Db, Trx } from "../models/database.ts"
import type { NamedRows } from "./find-rows.ts"

// Rules of Waldur's marketplace for every order. src/access/organization.ts has the rules for organizations.

/** Checks that an offering is active. @throws ApiError 400 */
export function checkOffering(offering: NonNullable<NamedRows["offering"]>): void {
  if (offering.state !== OfferingState.ACTIVE) {
    throw apiErrors.invalid({ dst_offering: ["Offering is not available."] })
  }
}

/** Checks that a plan belongs to the offering and is available. @throws ApiError 400 */
export async function checkPlan(
  db: Db,
  plan: NonNullable<NamedRows["plan"]>,
  offeringId: number,
): Promise<void> {
  if (plan.offering_id !== offeringId || plan.archived) {
    throw apiErrors.invalid({ dst_plan: ["This plan is not available for selected offering."] })
  }
  await checkCapacity(db, plan)
}

/** Checks that a plan has capacity for another resource. @throws ApiError 400 */
async function checkCapacity(
  db: Db,
  plan: { readonly id: number; readonly max_amount: number | null },
): Promise<void> {
  if (!plan.max_amount) return
  const { used } = await db
    .selectFrom("marketplace_resource")
    .select(({ fn }) => fn.countAll<string>().as("used"))
    .where("plan_id", "=", plan.id)
    .where("state", "!=", ResourceState.TERMINATED)
    .executeTakeFirstOrThrow()
  if (Number(used) >= plan.max_amount) {
    throw apiErrors.invalid({ plan: ["Plan is not available because limit has been reached."] })
  }
}

/**
 * Locks a plan and checks its capacity in the transaction that creates the resource, so that of concurrent requests
 * for the plan's last resource one succeeds.
 * @throws ApiError 400
 */
export async function lockPlanAndCheckCapacity(trx: Trx, planId: number): Promise<void> {
  const plan = await trx
    .selectFrom("marketplace_plan")
    .select(["id", "max_amount"])
    .where("id", "=", planId)
    .where("max_amount", ">", 0)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (plan !== undefined) await checkCapacity(trx, plan)
}

/** Checks that a project exists and has not expired. It expires when the day of its end date begins (UTC). @throws ApiError 400 */
export async function checkProject(db: Db, id: number) {
  const project = await db
    .selectFrom("structure_project")
    .select(["name", "customer_id", "is_removed"])
    .select(sql<boolean>`coalesce(end_date <= (now() at time zone 'UTC')::date, false)`.as("is_expired"))
    .where("id", "=", id)
    .executeTakeFirstOrThrow()
  if (project.is_removed) throw apiErrors.nonField(`Project '${project.name}' is removed.`)
  if (project.is_expired) throw apiErrors.nonField(`Project '${project.name}' is expired.`)
  return project
}
