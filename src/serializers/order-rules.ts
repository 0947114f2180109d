import { sql } from "kysely"
import { apiErrors } from "../api-error.ts"
import { OfferingState, ResourceState } from "../models/codes.ts"
import type { Db, Trx } from "../models/database.ts"
import type { NamedRows } from "./find-rows.ts"

// Rules that every order in Waldur's marketplace has to meet; src/access/organization.ts has those for organizations.

/** @throws ApiError 400 */
export function checkOffering(offering: NonNullable<NamedRows["offering"]>): void {
  if (offering.state !== OfferingState.ACTIVE) {
    throw apiErrors.invalid({ dst_offering: ["Offering is not available."] })
  }
}

/** @throws ApiError 400 */
export async function checkPlan(
  db: Db,
  plan: NonNullable<NamedRows["plan"]>,
  offeringId: number,
): Promise<void> {
  if (plan.offering_id !== offeringId || plan.archived) {
    throw apiErrors.invalid({ dst_plan: ["This plan is not available for selected offering."] })
  }
  await checkPlaces(db, plan)
}

/** @throws ApiError 400 */
async function checkPlaces(
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
 * Checks a plan's places once more, in the transaction that takes one: those who want the last one come one after
 * another. @throws ApiError 400
 */
export async function reservePlanSlot(trx: Trx, planId: number): Promise<void> {
  const plan = await trx
    .selectFrom("marketplace_plan")
    .select(["id", "max_amount"])
    .where("id", "=", planId)
    .where("max_amount", ">", 0)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (plan !== undefined) await checkPlaces(trx, plan)
}

/** A project ends at the beginning of the day of its end date. @throws ApiError 400 */
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
