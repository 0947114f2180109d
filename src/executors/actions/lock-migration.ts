import type { Selectable } from "kysely"
import { errors } from "../../errors.ts"
import { saveRow } from "../../handlers/index.ts"
import { type CoreStateCode, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { RunTable } from "../../models/own-tables.ts"
import { lockRun } from "../stage/stage-store.ts"
import { isResourceTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** A migration whose rows are locked for an action. */
export interface LockedMigration {
  readonly run: Selectable<RunTable>
  /** Code of the migration's state. */
  readonly state: number
  /** Id of the row of the resource that it creates. */
  readonly resourceId: number
}

/**
 * Locks a migration; its run first, in the order of every lock.
 * @throws OTHER_SERVER where this plugin does not run it
 */
export async function lockMigration(trx: Trx, migrationId: number): Promise<LockedMigration> {
  const run = await lockRun(trx, migrationId)
  const migration = await trx
    .selectFrom("waldur_openstack_replication_migration")
    .select(["state", "dst_resource_id"])
    .where("id", "=", migrationId)
    .forUpdate()
    .executeTakeFirst()
  if (run === undefined || migration === undefined) throw errors.otherServer()
  return { run, state: migration.state, resourceId: migration.dst_resource_id }
}

/**
 * Marks tenant, resource and migration as in progress again, and clears their errors. A resource that is Terminated, because
 * nothing was created, stays so in a rollback.
 */
export async function markInProgress(
  ctx: WorkerContext,
  trx: Trx,
  { run, resourceId }: LockedMigration,
  to: { readonly state: CoreStateCode; readonly resource: number },
): Promise<void> {
  await trx
    .updateTable("openstack_tenant")
    .set({ state: to.state, error_message: "", modified: new Date() })
    .where("id", "=", run.tenant_id)
    .execute()
  if (to.resource !== ResourceState.TERMINATING || !(await isResourceTerminated(trx, resourceId)))
    await saveRow(trx, ctx.hooks, "resource", resourceId, { state: to.resource, error_message: "" })
  await saveRow(trx, ctx.hooks, "migration", run.migration_id, {
    state: to.state,
    error_message: "",
    error_traceback: "",
  })
}
