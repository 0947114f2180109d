import { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyReply } from "fastify"
import { apiErrors } from "../../src/api-error.ts"
import { CoreState } from "../../src/models/codes.ts"
import type { Db } from "../../src/models/database.ts"
import { eventText, readEvents } from "../../src/serializers/event-stream.ts"
import { readProgress } from "../../src/serializers/progress.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, userOf, type WithUuid } from "./find.ts"

/** How often a stream looks for news, in milliseconds. */
const lookMs = 500

/** A comment is sent after so many looks without news, so that no proxy takes the stream for dead: 15 seconds. */
const quietLooks = 30

/** Streams that one user may have open at this process. */
const streamsOfOne = 10

/**
 * GET of events: the news of a migration as server-sent events, from its beginning or behind `Last-Event-ID`, with the
 * progress after each lot. The stream ends when the migration has ended and all is told; to come back then is answered
 * with 204, which tells a browser not to try again.
 * @throws ApiError 404; 429 where the user has too many streams
 */
export function eventStreams(closing: AbortSignal) {
  const open = new Map<number, number>()
  return async (context: RouteContext, request: WithUuid, reply: FastifyReply) => {
    const { db } = context.ctx
    const { id: userId } = userOf(request)
    const { id } = await findMigration(context, request)
    if ((await readProgress(db, id)) === undefined) throw apiErrors.notFound()
    const after = lastNumber(request.headers["last-event-id"])
    if ((await isOver(db, id)) && (await readEvents(db, id, after)).length === 0)
      return reply.code(204).send()
    const streams = open.get(userId) ?? 0
    if (streams >= streamsOfOne) throw apiErrors.tooManyStreams(streamsOfOne)
    open.set(userId, streams + 1)
    const gone = new AbortController()
    const stream = Readable.from(follow(db, id, after, AbortSignal.any([closing, gone.signal])))
    stream.once("close", () => {
      gone.abort()
      const left = (open.get(userId) ?? 1) - 1
      if (left === 0) open.delete(userId)
      else open.set(userId, left)
    })
    return reply
      .header("Content-Type", "text/event-stream; charset=utf-8")
      .header("Cache-Control", "no-cache")
      .header("X-Accel-Buffering", "no")
      .send(stream)
  }
}

/** A reader's place; what is no number of ours is the beginning. */
function lastNumber(header: string | readonly string[] | undefined): number {
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
  let quiet = 0
  while (!stop.aborted) {
    // Asked before the news is read: what ends it comes with its own news.
    const over = await isOver(db, migrationId)
    const news = await readEvents(db, migrationId, after)
    for (const { number, type, ...rest } of news) yield eventText({ number, type, data: { type, ...rest } })
    after = news.at(-1)?.number ?? after
    if (news.length > 0) {
      yield eventText({ type: "progress", data: (await readProgress(db, migrationId)) ?? null })
    } else if (over) return
    quiet = news.length > 0 ? 0 : quiet + 1
    if (quiet >= quietLooks) {
      quiet = 0
      yield ": nothing new\n\n"
    }
    if (news.length === 0) await sleep(lookMs, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** Whether a migration has ended, or is gone. */
async function isOver(db: Db, migrationId: number): Promise<boolean> {
  const migration = await db
    .selectFrom("waldur_openstack_replication_migration")
    .select("state")
    .where("id", "=", migrationId)
    .executeTakeFirst()
  return migration === undefined || migration.state === CoreState.OK || migration.state === CoreState.ERRED
}
