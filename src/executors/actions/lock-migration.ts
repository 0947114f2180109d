import type { Selectable } from "kysely"
import { saveRow } from "../../handlers/index.ts"
import type { CoreStateCode } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { RunTable } from "../../models/own-tables.ts"
import { lockRun } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** A migration whose rows are locked for an action. */
export interface LockedMigration {
  readonly run: Selectable<RunTable>
  /** Code of the migration's state. */
  readonly state: number
  /** Id of the row of the resource that it creates. */
  readonly resourceId: number
}

/** Locks a migration; its run first, in the order of every lock. Returns undefined where this plugin does not run it. */
export async function lockMigration(trx: Trx, migrationId: number): Promise<LockedMigration | undefined> {
  const run = await lockRun(trx, migrationId)
  const migration = await trx
    .selectFrom("waldur_openstack_replication_migration")
    .select(["state", "dst_resource_id"])
    .where("id", "=", migrationId)
    .forUpdate()
    .executeTakeFirst()
  if (run === undefined || migration === undefined) return undefined
  return { run, state: migration.state, resourceId: migration.dst_resource_id }
}

/** Marks tenant, resource and migration as in progress again, and clears their errors. */
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
  await saveRow(trx, ctx.hooks, "resource", resourceId, { state: to.resource, error_message: "" })
  await saveRow(trx, ctx.hooks, "migration", run.migration_id, {
    state: to.state,
    error_message: "",
    error_traceback: "",
  })
}
