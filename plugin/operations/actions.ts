import type { FastifyReply } from "fastify"
import type { User } from "../../src/access/types.ts"
import { apiErrors } from "../../src/api-error.ts"
import type { Action } from "../../src/executors/actions/action.ts"
import { cancelMigration } from "../../src/executors/actions/cancel.ts"
import { requestRollback } from "../../src/executors/actions/request-rollback.ts"
import { requestVerify } from "../../src/executors/actions/request-verify.ts"
import { storeRequester } from "../../src/executors/actions/requester.ts"
import { retryMigration } from "../../src/executors/actions/retry.ts"
import { displayName } from "../../src/models/users.ts"
import { type MigrationJoin, selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, seesAll, userOf, type WithUuid } from "./find.ts"

interface ActionRule {
  /** States in which the action is possible, in Waldur's words. */
  readonly states: string
  readonly status: 200 | 202
  /** Whether it changes anything in a cloud or in the marketplace. */
  readonly changes: boolean
}

/**
 * Returns the handler of an action.
 * @throws ApiError 403 where the user may see the migration but not change it; 409 in other states than `states`
 */
function action(perform: Action, { states, status, changes }: ActionRule) {
  return async (context: RouteContext, request: WithUuid, reply: FastifyReply) => {
    const { ctx } = context
    const user = userOf(request)
    const migration = await findMigration(context, request)
    if (changes) await checkMayChange(context, user, migration)
    const { id } = migration
    const row = await ctx.db.transaction().execute(async (trx) => {
      if (changes) await storeRequester(trx, id, { userId: user.id, ipAddress: request.ip })
      if (!(await perform(ctx, trx, { migrationId: id, requestedBy: await displayName(trx, user.id) })))
        throw apiErrors.conflict(`Valid states for operation: ${states}.`)
      return selectMigrations(trx).where("migration.id", "=", id).executeTakeFirstOrThrow()
    })
    return reply.code(status).send(serializeMigration(row, seesAll(user)))
  }
}

/**
 * Checks that the user is staff, or created the migration and could still order the same. A user who has left the
 * project sees the migration but may not change it; support may read only.
 * @throws ApiError 403
 */
async function checkMayChange(
  { ctx, access }: RouteContext,
  user: User,
  migration: MigrationJoin,
): Promise<void> {
  if (user.isStaff) return
  const order = await ctx.db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("marketplace_resource as resource", "resource.id", "migration.dst_resource_id")
    .select(["resource.project_id", "resource.offering_id", "resource.plan_id"])
    .where("migration.id", "=", migration.id)
    .executeTakeFirstOrThrow()
  const isAllowed =
    migration.created_by_id === user.id &&
    order.plan_id !== null &&
    (await access.ordersUnreviewed(user, {
      offeringId: order.offering_id,
      planId: order.plan_id,
      projectId: order.project_id,
    }))
  if (!isAllowed) throw apiErrors.forbidden()
}

/** Retries a failed migration. */
export const retry = action(retryMigration, { states: "ERRED", status: 200, changes: true })

/** Requests the rollback of a migration. */
export const rollback = action(requestRollback, { states: "OK, ERRED", status: 202, changes: true })

/** Cancels a running migration; it ends at the next safe point. */
export const cancel = action(cancelMigration, {
  states: "CREATION_SCHEDULED, CREATING",
  status: 202,
  changes: true,
})

/** Requests another verification, which runs in the background. */
export const verify = action(requestVerify, { states: "OK, ERRED", status: 202, changes: false })
