import { type Static, Type } from "@sinclair/typebox"
import type { Db } from "../models/database.ts"

/** One piece of news, as the stream of events sends it. */
export const migrationEvent = Type.Object(
  {
    at: Type.String({ format: "date-time" }),
    type: Type.String({
      description: "migration, action, stage or objects; also the name of the event.",
      examples: ["objects"],
    }),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: "What has changed, by type.",
      examples: [{ kind: "network", state: "done", count: 2, names: ["app", "db"] }],
    }),
  },
  { title: "MigrationEvent" },
)

export type MigrationEvent = Static<typeof migrationEvent> & { readonly number: number }

/** Pieces of news that are read at a time. */
const atOnce = 500

/** The news of a migration behind a number, the oldest first; not all, if there are many. */
export async function readEvents(
  db: Db,
  migrationId: number,
  after: number,
): Promise<readonly MigrationEvent[]> {
  const rows = await db
    .selectFrom("openstack_replication.event")
    .select(["number", "at", "type", "data"])
    .where("migration_id", "=", migrationId)
    .where("number", ">", after)
    .orderBy("number")
    .limit(atOnce)
    .execute()
  return rows.map(({ number, at, type, data }) => ({ number, at: at.toISOString(), type, data }))
}

/** One event of a stream, as the HTML standard has it. Without a number it does not move the reader's place. */
export function eventText(event: {
  readonly number?: number
  readonly type: string
  readonly data: unknown
}): string {
  const id = event.number === undefined ? "" : `id: ${event.number}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}
