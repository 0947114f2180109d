import { type Static, Type } from "@sinclair/typebox"
import type { Db } from "../models/database.ts"

/** The data of one event in the event stream. */
export const migrationEvent = Type.Object(
  {
    at: Type.String({ format: "date-time", description: "When it happened." }),
    type: Type.String({
      description: "`migration`, `action`, `stage` or `objects`; also the name of the event.",
      examples: ["objects"],
    }),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: "What changed; the fields depend on the type.",
      examples: [{ kind: "network", state: "done", count: 2, names: ["app", "db"] }],
    }),
  },
  { title: "MigrationEvent", description: "One event of a migration." },
)

export type MigrationEvent = Static<typeof migrationEvent> & { readonly number: number }

/** Maximum number of events that are read at a time. */
const batchSize = 500

/** Returns the next events of a migration after a number, the oldest first, at most a batch. */
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
    .limit(batchSize)
    .execute()
  return rows.map(({ number, at, type, data }) => ({ number, at: at.toISOString(), type, data }))
}

/** Formats an event as the HTML standard defines it. One without a number leaves the client's last event id as it is. */
export function eventText(event: {
  readonly number?: number
  readonly type: string
  readonly data: unknown
}): string {
  const id = event.number === undefined ? "" : `id: ${event.number}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}
