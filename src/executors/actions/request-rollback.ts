import { sql } from "kysely"
import { errors } from "../../errors.ts"
import { kinds } from "../../kinds/index.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { kindText } from "../../planning/plan.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { removedBy } from "../rollback/finish-rollback.ts"
import { rollbackStage, verifyStage } from "../stage/graph.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { lockMigration, markInProgress } from "./lock-migration.ts"

/**
 * Lets the worker take away again what a migration has made. From ERRED, also where an earlier roll back left
 * something; from OK, if the host's rows show nobody who uses the tenant. Asking twice changes nothing. Answers false
 * where the migration runs.
 * @param by for people: who asks
 * @throws TENANT_IN_USE (409)
 */
export async function requestRollback(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockMigration(trx, migrationId)
  if (asked === undefined) return false
  const { run, state } = asked
  if (state === CoreState.DELETION_SCHEDULED || state === CoreState.DELETING) return true
  if (state !== CoreState.OK && state !== CoreState.ERRED) return false
  if (run.rollback?.finishedAt !== undefined) return true
  // Of a tenant that may be in use nothing is taken on a second try either, unless an earlier one has begun with it.
  const asFromOk = run.rollback?.fromState === CoreState.OK && (await removedBy(trx, migrationId)) === 0
  const from = asFromOk ? CoreState.OK : state
  if (from === CoreState.OK) {
    const used = await rowsInUse(trx, migrationId, run.tenant_id)
    if (used.length > 0) throw errors.tenantInUse(used)
  }

  const rollback: Rollback = { requestedBy: by, fromState: from }
  await trx
    .updateTable("openstack_replication.run")
    .set({ rollback: JSON.stringify(rollback) })
    .where("migration_id", "=", migrationId)
    .execute()
  await emitEvent(trx, migrationId, "action", { action: "rollback", by })
  await openStage(trx, migrationId)
  await markInProgress(ctx, trx, asked, {
    state: CoreState.DELETION_SCHEDULED,
    resource: ResourceState.TERMINATING,
  })
  await enqueueStages(trx, ctx.queueSchema, run.dst_settings_id, migrationId, [rollbackStage])
  return true
}

async function openStage(trx: Trx, migrationId: number): Promise<void> {
  // A verification under way would tell of a tenant that is being taken away: it cannot end any more.
  await trx
    .updateTable("openstack_replication.stage")
    .set((eb) => ({ state: "done", attempt: eb("attempt", "+", 1) }))
    .where("migration_id", "=", migrationId)
    .where("name", "=", verifyStage)
    .where("state", "!=", "done")
    .execute()
  await trx
    .insertInto("openstack_replication.stage")
    .values({
      migration_id: migrationId,
      name: rollbackStage,
      depends_on: [],
      state: "ready",
      started: null,
      finished: null,
    })
    .onConflict((conflict) =>
      conflict.columns(["migration_id", "name"]).doUpdateSet({ state: "ready", finished: null }),
    )
    .execute()
  // What was asked for may be there all the same, if the cloud's answer was lost: also what was then cancelled.
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "creating", modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["failed", "skipped"])
    .where("attempts", ">", 0)
    .execute()
}

/** What the host's rows say of the tenant beyond what this migration has made, for people. */
async function rowsInUse(trx: Trx, migrationId: number, tenantId: number): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name, rows: { table } = {} } of kinds) {
    if (table === undefined) continue
    const { rows } = await sql<{ name: string }>`
      select row.name from ${sql.table(table)} as row
      where row.tenant_id = ${tenantId} and not exists (
        select from openstack_replication.object as object
        where object.migration_id = ${migrationId} and object.kind = ${name} and object.row_id = row.id
      ) order by row.id`.execute(trx)
    found.push(...rows.map((row) => `${kindText(name)} "${row.name}"`))
  }
  const instances = await trx
    .selectFrom("openstack_instance")
    .select("name")
    .where("tenant_id", "=", tenantId)
    .orderBy("id")
    .execute()
  return [...found, ...instances.map(({ name }) => `instance "${name}"`)]
}
