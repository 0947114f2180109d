import type { FastifyReply } from "fastify"
import { cancelMigration } from "../../src/executors/cancel.ts"
import type { Engine } from "../../src/executors/engine.ts"
import { retryMigration } from "../../src/executors/retry.ts"
import { requestRollback } from "../../src/executors/rollback-request.ts"
import { verifyMigration } from "../../src/executors/verify-again.ts"
import type { Trx } from "../../src/models/database.ts"
import { personName } from "../../src/models/people.ts"
import { apiErrors } from "../../src/serializers/api-error.ts"
import { selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, seesAll, userOf, type WithUuid } from "./find.ts"

/** Does something to a migration, in one transaction. Answers false where its state does not allow it. */
type Action = (engine: Engine, trx: Trx, migrationId: number, by: string) => Promise<boolean>

/** POST of an action. @throws ApiError 409 in other states than `states` */
function action(perform: Action, states: string, status: 200 | 202) {
  return async ({ engine, ...context }: RouteContext, request: WithUuid, reply: FastifyReply) => {
    const user = userOf(request)
    const { id } = await findMigration({ engine, ...context }, request)
    const row = await engine.db.transaction().execute(async (trx) => {
      if (!(await perform(engine, trx, id, await personName(trx, user.id))))
        throw apiErrors.conflict(`Valid states for operation: ${states}.`)
      return selectMigrations(trx).where("migration.id", "=", id).executeTakeFirstOrThrow()
    })
    return reply.code(status).send(serializeMigration(row, seesAll(user)))
  }
}

/** Goes on with what is missing. */
export const retry = action(retryMigration, "ERRED", 200)

/** Takes away again what a migration has made. */
export const rollback = action(requestRollback, "OK, ERRED", 202)

/** Lets a migration that runs come to an end at the next safe point. */
export const cancel = action(cancelMigration, "CREATION_SCHEDULED, CREATING", 202)

/** Compares both clouds once more, in the background. */
export const verify = action(verifyMigration, "OK, ERRED", 202)
