import { type RawBuilder, sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { ownerOf } from "./owner.ts"

/**
 * Writes events and their feeds in one statement, however many there are.
 * @param owner SQL of the id of the resource that the events belong to; where there is none, nothing is written
 * @param events SQL that selects, from `owner` (see `ownerOf`) and other tables, for each event: `position` (an array; events
 * are written in its order), `event_type`, `message`, `context`, and the objects whose feeds show it as two arrays,
 * `object_ids` and `content_type_ids`
 */
export async function writeEvents(
  trx: Trx,
  owner: RawBuilder<unknown>,
  events: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    with owner as materialized (${ownerOf(owner)}),
    subject as materialized (select gen_random_uuid() as uuid, one.* from (${events}) as one),
    event as (
      insert into logging_event (uuid, created, event_type, message, context)
      select uuid, clock_timestamp(), event_type, message, context from subject order by position
      returning id, uuid)
    insert into logging_feed (object_id, content_type_id, event_id)
    select feed.object_id, feed.content_type_id, event.id
    from event join subject using (uuid)
      cross join unnest(subject.object_ids, subject.content_type_ids) as feed (object_id, content_type_id)
    where feed.object_id is not null`.execute(trx)
}
