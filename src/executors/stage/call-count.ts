import { sql } from "kysely"
import type { Db } from "../../models/database.ts"
import type { StageClaim } from "./claim.ts"

/** Calls of a stage to clouds. */
export interface CallCount {
  calls: number
  /** Calls to the source, which are counted in `calls` as well. */
  sourceCalls: number
  writes: number
}

export function newCallCount(): CallCount {
  return { calls: 0, sourceCalls: 0, writes: 0 }
}

/** Columns of a stage's row with calls added. */
export function addCalls({ calls, sourceCalls, writes }: Readonly<CallCount>) {
  return {
    calls: sql<number>`calls + ${calls}`,
    source_calls: sql<number>`source_calls + ${sourceCalls}`,
    writes: sql<number>`writes + ${writes}`,
  }
}

/** Records the calls of a stage that has not ended. Changes nothing where another worker has claimed it since. */
export async function recordCalls(db: Db, claim: StageClaim, count: Readonly<CallCount>): Promise<void> {
  await db
    .updateTable("openstack_replication.stage")
    .set(addCalls(count))
    .where("migration_id", "=", claim.migration)
    .where("name", "=", claim.stage)
    .where("attempt", "=", claim.attempt)
    .execute()
}
