import { shortList } from "../../errors.ts"
import { saveRow } from "../../handlers/index.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { deleteTenant } from "../../models/delete-tenant.ts"
import type { Rollback } from "../../models/own-tables.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { deleteHostRows } from "./delete-host-rows.ts"
import type { RolledBack } from "./rollback.ts"

/** Marks that the work of a roll back begins. */
export async function beginRollback(ctx: WorkerContext, trx: Trx, migrationId: number): Promise<void> {
  await saveRow(trx, ctx.hooks, "migration", migrationId, { state: CoreState.DELETING })
}

/**
 * Ends a roll back. Everything gone: the tenant's rows go too, the resource is Terminated as Waldur has it, and the
 * order stays for the records. Something left: ERRED, and the roll back may be asked for again. A tenant of
 * which nothing was removed, e.g. because others use it, is as before.
 */
export async function endRollback(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  { inUse, givenUp, left }: RolledBack,
): Promise<void> {
  const { rollback, tenant_id, dst_resource_id } = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("waldur_openstack_replication_migration as migration", "migration.id", "run.migration_id")
    .select(["run.rollback", "run.tenant_id", "migration.dst_resource_id"])
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  if (rollback === null) return
  const removed = await removedBy(trx, migrationId)
  const touched = removed > 0 || (givenUp === true && rollback.removing === true)
  const asBefore = left.length > 0 && rollback.fromState === CoreState.OK && !touched
  const rows = asBefore ? [] : await deleteHostRows(trx, migrationId, tenant_id)
  const all = [...left, ...rows]
  const ended = asBefore
    ? untouched(rollback, inUse, left)
    : all.length === 0
      ? gone(rollback, removed)
      : unfinished(rollback, givenUp === true, left, rows)
  const whole = ended.resource === ResourceState.TERMINATED
  if (!whole || !(await deleteTenant(trx, tenant_id))) {
    await trx
      .updateTable("openstack_tenant")
      .set({ state: ended.state, error_message: ended.message, modified: new Date() })
      .where("id", "=", tenant_id)
      .execute()
  }
  await trx
    .updateTable("openstack_replication.run")
    .set({ rollback: ended.rollback && JSON.stringify(ended.rollback) })
    .where("migration_id", "=", migrationId)
    .execute()
  await saveRow(trx, ctx.hooks, "resource", dst_resource_id, {
    state: ended.resource,
    error_message: ended.message,
  })
  await saveRow(trx, ctx.hooks, "migration", migrationId, {
    state: ended.state,
    error_message: ended.message,
    error_traceback: all.join("\n"),
  })
}

interface Ended {
  readonly state: typeof CoreState.OK | typeof CoreState.ERRED
  readonly resource: number
  readonly message: string
  readonly rollback: Rollback | null
}

function untouched({ requestedBy: by }: Rollback, inUse: boolean, why: readonly string[]): Ended {
  return {
    state: CoreState.OK,
    resource: ResourceState.OK,
    message: inUse
      ? `Not rolled back for ${by}, because others use the tenant: ${shortList(why)}.`
      : `Not rolled back for ${by}, and nothing was removed: ${textOf(why)}.`,
    rollback: null,
  }
}

function unfinished(
  rollback: Rollback,
  givenUp: boolean,
  left: readonly string[],
  rows: readonly string[],
): Ended {
  const { requestedBy, fromState } = rollback
  const all = [...left, ...rows]
  const message = givenUp
    ? `Not rolled back to its end for ${requestedBy}: ${textOf(all)}. Roll back again when that is put right.`
    : left.length > 0
      ? `Rolled back for ${requestedBy}, except for what is left in the project: ${shortList(all)}. Remove what is not the migration's, and roll back again.`
      : `Rolled back for ${requestedBy}, except for rows of the host: ${shortList(rows)}. Remove what refers to them, and roll back again.`
  return {
    state: CoreState.ERRED,
    resource: ResourceState.ERRED,
    message,
    rollback: { requestedBy, fromState, remaining: all },
  }
}

/** To stand before a full stop. */
function textOf(reasons: readonly string[]): string {
  return shortList(reasons).replace(/\.$/, "")
}

function gone({ requestedBy, fromState }: Rollback, removed: number): Ended {
  return {
    state: CoreState.ERRED,
    resource: ResourceState.TERMINATED,
    message: `Rolled back for ${requestedBy}: ${removed} objects were removed.`,
    rollback: { requestedBy, fromState, finishedAt: new Date().toISOString() },
  }
}

/** How many objects a roll back has removed. */
export async function removedBy(trx: Trx, migrationId: number): Promise<number> {
  const { removed } = await trx
    .selectFrom("openstack_replication.object")
    .select(({ fn }) => fn.countAll<string>().as("removed"))
    .where("migration_id", "=", migrationId)
    .where("state", "=", "removed")
    .executeTakeFirstOrThrow()
  return Number(removed)
}
