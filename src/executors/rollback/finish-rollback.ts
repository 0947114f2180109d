import { saveRow } from "../../handlers/index.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { deleteTenant } from "../../models/delete-tenant.ts"
import { isResourceTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { deleteHostRows } from "./delete-host-rows.ts"
import type { RollbackResult } from "./rollback.ts"
import {
  completeOutcome,
  incompleteOutcome,
  type RollbackOutcome,
  unchangedOutcome,
} from "./rollback-outcome.ts"

/** Marks that a worker has begun a rollback. */
export async function beginRollback(ctx: WorkerContext, trx: Trx, migrationId: number): Promise<void> {
  await saveRow(trx, ctx.hooks, "migration", migrationId, { state: CoreState.DELETING })
}

/**
 * Ends a rollback. If nothing remains, the tenant's rows are deleted too, the resource becomes Terminated as in Waldur,
 * and the order stays for the records. If something remains, the migration is ERRED and the rollback can be requested
 * again. A tenant of which nothing was deleted, e.g. because it is in use, is as before.
 */
export async function finishRollback(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  result: RollbackResult,
): Promise<void> {
  const run = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("waldur_openstack_replication_migration as migration", "migration.id", "run.migration_id")
    .select(["run.rollback", "run.tenant_id as tenantId", "migration.dst_resource_id as resourceId"])
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  const { rollback, tenantId, resourceId } = run
  if (rollback === null) return
  const { inUse, givenUp = false, remaining } = result
  const removed = await countRemoved(trx, migrationId)
  const isChanged = removed > 0 || (givenUp && rollback.removing === true)
  if (remaining.length > 0 && rollback.fromState === CoreState.OK && !isChanged) {
    const outcome = unchangedOutcome(rollback, inUse, remaining)
    await saveOutcome(ctx, trx, { migrationId, tenantId, resourceId }, outcome, remaining)
    return
  }
  const rows = await deleteHostRows(trx, { migrationId, tenantId }, ctx.handlers.objects)
  const all = [...remaining, ...rows]
  const outcome =
    all.length === 0
      ? completeOutcome(rollback, removed)
      : incompleteOutcome(rollback, { givenUp, inUse, objects: remaining, rows })
  await saveOutcome(ctx, trx, { migrationId, tenantId, resourceId }, outcome, all)
}

/** Stores the outcome in tenant, run, resource and migration. */
async function saveOutcome(
  ctx: WorkerContext,
  trx: Trx,
  ids: { readonly migrationId: number; readonly tenantId: number; readonly resourceId: number },
  outcome: RollbackOutcome,
  remaining: readonly string[],
): Promise<void> {
  const { migrationId, tenantId, resourceId } = ids
  const { state, resource, message, rollback } = outcome
  const isDeleted =
    resource === ResourceState.TERMINATED &&
    (await deleteTenant(trx, tenantId, () =>
      ctx.handlers.objects.deleted(trx, { kind: "project", table: "openstack_tenant", rowIds: [tenantId] }),
    ))
  if (!isDeleted) {
    await trx
      .updateTable("openstack_tenant")
      .set({ state, error_message: message, modified: new Date() })
      .where("id", "=", tenantId)
      .execute()
  }
  await trx
    .updateTable("openstack_replication.run")
    .set({ rollback: rollback && JSON.stringify(rollback) })
    .where("migration_id", "=", migrationId)
    .execute()
  const isTerminated = await isResourceTerminated(trx, resourceId)
  await saveRow(trx, ctx.hooks, "resource", resourceId, {
    ...(!isTerminated && { state: resource }),
    ...(isDeleted && { backend_metadata: JSON.stringify({ state: "Deleted" }) }),
    error_message: message,
  })
  await saveRow(trx, ctx.hooks, "migration", migrationId, {
    state,
    error_message: message,
    error_traceback: remaining.join("\n"),
  })
}

/** Returns how many objects rollbacks of a migration have removed. */
export async function countRemoved(trx: Trx, migrationId: number): Promise<number> {
  const { removed } = await trx
    .selectFrom("openstack_replication.object")
    .select(({ fn }) => fn.countAll<string>().as("removed"))
    .where("migration_id", "=", migrationId)
    .where("state", "=", "removed")
    .executeTakeFirstOrThrow()
  return Number(removed)
}
