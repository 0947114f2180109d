import { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyReply } from "fastify"
import { apiErrors } from "../../src/api-error.ts"
import { errors } from "../../src/errors.ts"
import { hasEnded } from "../../src/models/codes.ts"
import type { Db } from "../../src/models/database.ts"
import { eventText, readEvents } from "../../src/serializers/event-stream.ts"
import { readProgress } from "../../src/serializers/progress.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, userOf, type WithUuid } from "./find.ts"

/** Time between two reads of a stream while nothing happens, in milliseconds. */
const pollIntervalMs = 500

/** Reads without events after which a comment is sent (15 seconds), so that no proxy closes the idle connection. */
const readsPerComment = 30

/** Streams that a user may have open at this process. */
const maxStreamsPerUser = 10

/**
 * Returns the handler of the event stream. The stream has the events of a migration from the first or after
 * `Last-Event-ID`, and the progress after each batch. It ends when the migration has ended and all events are sent; a
 * client that reconnects then gets 204, which stops a browser from reconnecting.
 * @param closing aborts when the server closes
 * @throws ApiError 404; 429 where the user has too many streams open; OTHER_SERVER where this plugin does not run the
 * migration
 */
export function eventStreams(closing: AbortSignal) {
  const open = new Map<number, number>()
  return async (context: RouteContext, request: WithUuid, reply: FastifyReply) => {
    const { db } = context.ctx
    const { id: userId } = userOf(request)
    const { id } = await findMigration(context, request)
    if ((await readProgress(db, id)) === undefined) throw errors.otherServer()
    const after = lastEventId(request.headers["last-event-id"])
    if ((await migrationHasEnded(db, id)) && (await readEvents(db, id, after)).length === 0)
      return reply.code(204).send()
    const streams = open.get(userId) ?? 0
    if (streams >= maxStreamsPerUser) {
      reply.header("Retry-After", 1)
      throw apiErrors.tooManyStreams(maxStreamsPerUser)
    }
    open.set(userId, streams + 1)
    const closed = new AbortController()
    // A generator ends only at its next yield, which may be 15 seconds away.
    reply.raw.once("close", () => closed.abort())
    const stream = Readable.from(follow(db, id, after, AbortSignal.any([closing, closed.signal])))
    stream.once("close", () => {
      const remaining = (open.get(userId) ?? 1) - 1
      if (remaining === 0) open.delete(userId)
      else open.set(userId, remaining)
    })
    return (
      reply
        .header("Content-Type", "text/event-stream; charset=utf-8")
        .header("Cache-Control", "no-cache")
        .header("X-Accel-Buffering", "no")
        // A connection that was kept for reuse after the stream would delay the server's end by a minute.
        .header("Connection", "close")
        .send(stream)
    )
  }
}

/** Returns the number of the last event that the client has read; 0 for a header that is not such a number. */
function lastEventId(header: string | readonly string[] | undefined): number {
  const number = Number(header)
  return Number.isSafeInteger(number) && number > 0 && number < 2 ** 31 ? number : 0
}

async function* follow(
  db: Db,
  migrationId: number,
  from: number,
  stop: AbortSignal,
): AsyncGenerator<string, void> {
  let after = from
  let idleReads = 0
  while (!stop.aborted) {
    // Checked before the events are read: the change that ends the migration has an event itself.
    const ended = await migrationHasEnded(db, migrationId)
    const events = await readEvents(db, migrationId, after)
    for (const { number, type, ...rest } of events) yield eventText({ number, type, data: { type, ...rest } })
    after = events.at(-1)?.number ?? after
    if (events.length > 0) {
      yield eventText({ type: "progress", data: (await readProgress(db, migrationId)) ?? null })
    } else if (ended) return
    idleReads = events.length > 0 ? 0 : idleReads + 1
    if (idleReads >= readsPerComment) {
      idleReads = 0
      yield ": no events\n\n"
    }
    if (events.length === 0) await sleep(pollIntervalMs, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** Returns whether a migration has ended or was deleted. */
async function migrationHasEnded(db: Db, migrationId: number): Promise<boolean> {
  const migration = await db
    .selectFrom("waldur_openstack_replication_migration")
    .select("state")
    .where("id", "=", migrationId)
    .executeTakeFirst()
  return migration === undefined || hasEnded(migration.state)
}
