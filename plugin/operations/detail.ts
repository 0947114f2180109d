import type { FastifyReply } from "fastify"
import { apiErrors } from "../../src/api-error.ts"
import { errors } from "../../src/errors.ts"
import { saveRow } from "../../src/handlers/index.ts"
import { CoreState, endedStates } from "../../src/models/codes.ts"
import { selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import { readProgress } from "../../src/serializers/progress.ts"
import { readUpdate } from "../../src/serializers/update-request.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, seesAll, userOf, type WithUuid } from "./find.ts"

/** Handles GET of a migration. */
export async function retrieve(context: RouteContext, request: WithUuid) {
  return serializeMigration(await findMigration(context, request), seesAll(userOf(request)))
}

/** Handles PUT and PATCH: changes the record of the request, never the plan or the run. */
export async function update(context: RouteContext, request: WithUuid) {
  const { db, hooks } = context.ctx
  const user = userOf(request)
  const { id } = await findMigration(context, request)
  const row = await db.transaction().execute(async (trx) => {
    const changes = readUpdate(request.body, { partial: request.method === "PATCH", staff: user.isStaff })
    await saveRow(trx, hooks, "migration", id, changes)
    return selectMigrations(trx).where("migration.id", "=", id).executeTakeFirst()
  })
  if (row === undefined) throw apiErrors.notFound()
  return serializeMigration(row, seesAll(user))
}

/** Handles DELETE: deletes the record of a migration that has ended. What it created stays. @throws ApiError 409 while it runs */
export async function destroy(context: RouteContext, request: WithUuid, reply: FastifyReply) {
  const { db } = context.ctx
  const { id } = await findMigration(context, request)
  const deleted = await db
    .deleteFrom("waldur_openstack_replication_migration")
    .where("id", "=", id)
    .where("state", "in", endedStates)
    .executeTakeFirst()
  if (deleted.numDeletedRows === 0n) throw apiErrors.conflict("Valid states for operation: OK, ERRED.")
  return reply.code(204).send()
}

/** Handles POST of run, which clients of older servers send. It changes nothing, because migrations start by themselves. */
export async function run(context: RouteContext, request: WithUuid, reply: FastifyReply) {
  const { state } = await findMigration(context, request)
  if (state !== CoreState.CREATION_SCHEDULED) {
    throw apiErrors.conflict("Valid states for operation: CREATION_SCHEDULED.")
  }
  return reply.code(200).send()
}

/** Handles GET of progress. @throws ApiError 404; OTHER_SERVER where this plugin does not run the migration */
export async function progress(context: RouteContext, request: WithUuid) {
  const { id } = await findMigration(context, request)
  const found = await readProgress(context.ctx.db, id)
  if (found === undefined) throw errors.otherServer()
  return found
}
