import { sql } from "kysely"
import { errors, ReplicationError, type Termination } from "../../errors.ts"
import { saveRow } from "../../handlers/index.ts"
import { CoreState, hasEnded, ResourceState } from "../../models/codes.ts"
import type { Db, Trx } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { Rollback } from "../../models/own-tables.ts"
import type { WorkerContext } from "./worker-context.ts"

/** The states from which a termination is seen. */
export interface TerminationFacts {
  /** Code of the migration's state. */
  readonly migration: number
  /** Code of the state of the resource's row. */
  readonly resource: number | null
  /** Code of the state of the tenant's row; null: the row is gone. */
  readonly tenant: number | null
  /** Whether the migration created a project and did not remove it. */
  readonly hasProject: boolean
}

/**
 * Returns how far the marketplace is with a termination of its own; undefined: there is none. Pure.
 *
 * A rollback sets the resource Terminating and the tenant DELETION_SCHEDULED; only the marketplace sets a tenant DELETING.
 * Where no project was created, a resource that is Terminated was not terminated by anyone, as long as the tenant has a row:
 * a failed migration leaves it so, and so does Waldur's job of tenants.
 */
export function terminationOf({
  migration,
  resource,
  tenant,
  hasProject,
}: TerminationFacts): Termination | undefined {
  if (tenant === null) return "terminated"
  if (isRollback(migration)) return tenant === CoreState.DELETING ? "terminating" : undefined
  if (isRollback(tenant) || resource === ResourceState.TERMINATING) return "terminating"
  if (resource === ResourceState.TERMINATED && hasProject) return "terminated"
  return undefined
}

function isRollback(state: number): boolean {
  return state === CoreState.DELETION_SCHEDULED || state === CoreState.DELETING
}

/**
 * Reads whether the marketplace has terminated the tenant of a migration, or is terminating it.
 * @param locking true: locks the rows of tenant and resource until the end of the transaction, so that no termination begins
 *   meanwhile
 */
export async function readTermination(
  db: Db,
  migrationId: number,
  { locking = false } = {},
): Promise<Termination | undefined> {
  const lock = (table: string) => (locking ? sql`for no key update of ${sql.ref(table)}` : sql``)
  const { rows } = await sql<TerminationFacts>`
    with tenant as materialized (
      select tenant.state from openstack_tenant as tenant
      where tenant.id = (select tenant_id from openstack_replication.run where migration_id = ${migrationId})
      ${lock("tenant")}
    ), resource as materialized (
      select resource.state from marketplace_resource as resource
      where resource.id =
        (select dst_resource_id from waldur_openstack_replication_migration where id = ${migrationId})
      ${lock("resource")}
    )
    select migration.state as migration, (select state from tenant) as tenant,
      (select state from resource) as resource,
      exists (
        select from openstack_replication.object
        where migration_id = ${migrationId} and kind = 'project' and backend_id is not null and state <> 'removed'
      ) as "hasProject"
    from waldur_openstack_replication_migration as migration where migration.id = ${migrationId}`.execute(db)
  return rows[0] && terminationOf(rows[0])
}

/** @throws TENANT_TERMINATED where the marketplace has terminated the tenant of a migration, or is terminating it */
export async function throwIfTerminated(
  db: Db,
  migrationId: number,
  action: "retried" | "verified" | "rolled back" | "continued",
): Promise<void> {
  const termination = await readTermination(db, migrationId, { locking: action !== "continued" })
  if (termination !== undefined) throw errors.tenantTerminated(termination, action)
}

export function isTenantTerminated(error: unknown): boolean {
  return error instanceof ReplicationError && error.code === errors.tenantTerminated.definition.code
}

/**
 * Ends what runs of a migration whose tenant the marketplace terminates: every stage is done, and a worker that has one of
 * them writes nothing more. A running migration or rollback becomes ERRED with the reason; one that has ended stays as it
 * is. The rows of tenant and resource are the marketplace's. The caller has locked the run.
 */
export async function endTerminated(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  termination: Termination,
): Promise<void> {
  await sql`
    update openstack_replication.stage
    set state = 'done', attempt = attempt + 1, finished = coalesce(finished, now())
    where migration_id = ${migrationId} and state <> 'done'`.execute(trx)
  const { state, rollback } = await trx
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("openstack_replication.run as run", "run.migration_id", "migration.id")
    .select(["migration.state", "run.rollback"])
    .where("migration.id", "=", migrationId)
    .executeTakeFirstOrThrow()
  if (hasEnded(state)) return
  const reason = `The tenant ${termination === "terminated" ? "was terminated" : "is being terminated"} in the marketplace`
  const message = rollback === null ? await endRun(trx, migrationId, reason) : endRollback(rollback, reason)
  await trx
    .updateTable("openstack_replication.run")
    .set({
      finished: sql<Date>`coalesce(finished, now())`,
      ...(rollback && { rollback: JSON.stringify({ ...rollback, remaining: [`${reason}.`] }) }),
    })
    .where("migration_id", "=", migrationId)
    .execute()
  await saveRow(trx, ctx.hooks, "migration", migrationId, {
    state: CoreState.ERRED,
    error_message: message,
    error_traceback: "",
  })
}

/** Returns the message of a migration whose objects are created no more. */
async function endRun(trx: Trx, migrationId: number, reason: string): Promise<string> {
  const why = `${reason} before the cloud confirmed this object.`
  const missing = await trx
    .updateTable("openstack_replication.object")
    .set({ state: "skipped", reason: why, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["planned", "creating"])
    .returning(["kind", "name"])
    .execute()
  for (const [kind, objects] of Map.groupBy(missing, (object) => object.kind)) {
    await emitObjectEvents(trx, migrationId, kind, "skipped", objects, why)
  }
  const objects = missing.length === 1 ? "1 object was" : `${missing.length} objects were`
  return `${reason} while the migration ran, so the migration has ended: ${objects} not created. Create a new migration where the tenant is needed.`
}

function endRollback({ requestedBy }: Rollback, reason: string): string {
  return `${reason}, so the rollback requested by ${requestedBy} has ended: the marketplace deletes what remains.`
}

/** Whether the resource is Terminated: nothing was created, or the marketplace found no project. Locks its row. */
export async function isResourceTerminated(trx: Trx, resourceId: number): Promise<boolean> {
  const { state } = await trx
    .selectFrom("marketplace_resource")
    .select("state")
    .where("id", "=", resourceId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  return state === ResourceState.TERMINATED
}
