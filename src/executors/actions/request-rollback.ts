import { sql } from "kysely"
import { errors } from "../../errors.ts"
import { kinds } from "../../kinds/index.ts"
import { CoreState, hasEnded, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { kindText } from "../../planning/kind-names.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { countRemoved } from "../rollback/finish-rollback.ts"
import { rollbackStage, verifyStage } from "../stage/graph.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { ActionRequest } from "./action.ts"
import { type LockedMigration, lockMigration, markInProgress } from "./lock-migration.ts"

/**
 * Enqueues the rollback of a migration: from ERRED, also where an earlier rollback did not finish; from OK, if the host's
 * rows show no use of the tenant. Requesting it twice changes nothing.
 * @returns false where the migration runs
 * @throws TENANT_IN_USE
 */
export async function requestRollback(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, requestedBy }: ActionRequest,
): Promise<boolean> {
  const locked = await lockMigration(trx, migrationId)
  if (locked === undefined) return false
  const { run, state } = locked
  if (state === CoreState.DELETION_SCHEDULED || state === CoreState.DELETING) return true
  if (!hasEnded(state)) return false
  if (run.rollback?.finishedAt !== undefined) return true
  // A second rollback of an OK migration checks for use again, unless the first one has removed something already.
  const isUntouched = run.rollback?.fromState === CoreState.OK && (await countRemoved(trx, migrationId)) === 0
  const fromState = isUntouched ? CoreState.OK : state
  if (fromState === CoreState.OK) {
    const inUse = await rowsInUse(trx, run)
    if (inUse.length > 0) throw errors.tenantInUse(inUse)
  }

  const rollback: Rollback = { requestedBy, fromState }
  await trx
    .updateTable("openstack_replication.run")
    .set({ rollback: JSON.stringify(rollback) })
    .where("migration_id", "=", migrationId)
    .execute()
  await emitEvent(trx, migrationId, "action", { action: "rollback", by: requestedBy })
  await openRollbackStage(trx, migrationId)
  await markInProgress(ctx, trx, locked, {
    state: CoreState.DELETION_SCHEDULED,
    resource: ResourceState.TERMINATING,
  })
  await enqueueStages(trx, ctx.queueSchema, {
    migration: migrationId,
    cloud: run.dst_settings_id,
    stages: [rollbackStage],
  })
  return true
}

async function openRollbackStage(trx: Trx, migrationId: number): Promise<void> {
  // A running verification must not report a tenant that is being deleted: a greater attempt ends its claim.
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
  // Objects that a request was sent for may exist, even if they then failed or were cancelled: the answer may be lost.
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "creating", modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["failed", "skipped"])
    .where("create_requests", ">", 0)
    .execute()
}

/** Returns the objects and instances that the host's rows show in the tenant and that this migration did not create. */
async function rowsInUse(trx: Trx, run: LockedMigration["run"]): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name, rows: { table } = {} } of kinds) {
    if (table === undefined) continue
    const { rows } = await sql<{ name: string }>`
      select row.name from ${sql.table(table)} as row
      where row.tenant_id = ${run.tenant_id} and not exists (
        select from openstack_replication.object as object
        where object.migration_id = ${run.migration_id} and object.kind = ${name} and object.row_id = row.id
      ) order by row.id`.execute(trx)
    found.push(...rows.map((row) => `${kindText(name)} "${row.name}"`))
  }
  const instances = await trx
    .selectFrom("openstack_instance")
    .select("name")
    .where("tenant_id", "=", run.tenant_id)
    .orderBy("id")
    .execute()
  return [...found, ...instances.map(({ name }) => `instance "${name}"`)]
}
