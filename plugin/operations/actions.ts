import type { FastifyReply } from "fastify"
import type { User } from "../../src/access/types.ts"
import { apiErrors } from "../../src/api-error.ts"
import { cancelMigration } from "../../src/executors/actions/cancel.ts"
import { requestRollback } from "../../src/executors/actions/request-rollback.ts"
import { verifyMigration } from "../../src/executors/actions/request-verify.ts"
import { retryMigration } from "../../src/executors/actions/retry.ts"
import type { WorkerContext } from "../../src/executors/stage/worker-context.ts"
import type { Trx } from "../../src/models/database.ts"
import { personName } from "../../src/models/users.ts"
import { type MigrationJoin, selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, seesAll, userOf, type WithUuid } from "./find.ts"

/** Does something to a migration, in one transaction. Answers false where its state does not allow it. */
type Action = (ctx: WorkerContext, trx: Trx, migrationId: number, by: string) => Promise<boolean>

interface Rule {
  /** States in which it is possible, in Waldur's words. */
  readonly states: string
  readonly status: 200 | 202
  /** Whether it changes what is in the clouds or in the marketplace. */
  readonly changes: boolean
}

/**
 * POST of an action.
 * @throws ApiError 403 where the user may see the migration and not change it; 409 in other states than `states`
 */
function action(perform: Action, { states, status, changes }: Rule) {
  return async (context: RouteContext, request: WithUuid, reply: FastifyReply) => {
    const { ctx } = context
    const user = userOf(request)
    const migration = await findMigration(context, request)
    if (changes) await checkMayChange(context, user, migration)
    const { id } = migration
    const row = await ctx.db.transaction().execute(async (trx) => {
      if (!(await perform(ctx, trx, id, await personName(trx, user.id))))
        throw apiErrors.conflict(`Valid states for operation: ${states}.`)
      return selectMigrations(trx).where("migration.id", "=", id).executeTakeFirstOrThrow()
    })
    return reply.code(status).send(serializeMigration(row, seesAll(user)))
  }
}

/**
 * The rights of a create: staff, and whoever made the migration and could order the same now. Somebody who has left
 * the project still sees what he made there, and may no longer touch it; support reads. @throws ApiError 403
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
  const may =
    migration.created_by_id === user.id &&
    order.plan_id !== null &&
    (await access.ordersUnreviewed(user, {
      offeringId: order.offering_id,
      planId: order.plan_id,
      projectId: order.project_id,
    }))
  if (!may) throw apiErrors.forbidden()
}

/** Goes on with what is missing. */
export const retry = action(retryMigration, { states: "ERRED", status: 200, changes: true })

/** Takes away again what a migration has made. */
export const rollback = action(requestRollback, { states: "OK, ERRED", status: 202, changes: true })

/** Lets a migration that runs come to an end at the next safe point. */
export const cancel = action(cancelMigration, {
  states: "CREATION_SCHEDULED, CREATING",
  status: 202,
  changes: true,
})

/** Compares both clouds once more, in the background. */
export const verify = action(verifyMigration, { states: "OK, ERRED", status: 202, changes: false })
