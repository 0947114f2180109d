import type { FastifyReply } from "fastify"
import { retryMigration } from "../../src/executors/retry.ts"
import { apiErrors } from "../../src/serializers/api-error.ts"
import { selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, seesAll, userOf, type WithUuid } from "./find.ts"

/** POST of retry: goes on with what is missing. @throws ApiError 409 unless the migration is ERRED */
export async function retry({ engine, ...context }: RouteContext, request: WithUuid, reply: FastifyReply) {
  const { id } = await findMigration({ engine, ...context }, request)
  const row = await engine.db.transaction().execute(async (trx) => {
    if (!(await retryMigration(engine, trx, id)))
      throw apiErrors.conflict("Valid states for operation: ERRED.")
    return selectMigrations(trx).where("migration.id", "=", id).executeTakeFirstOrThrow()
  })
  return reply.code(200).send(serializeMigration(row, seesAll(userOf(request))))
}
