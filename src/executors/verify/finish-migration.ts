import { saveRow, type WriteDestination } from "../../handlers/index.ts"
import { CoreState, coreStateName, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { VerifySummary } from "../../models/own-tables.ts"
import { withoutRequestIds } from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import type { Run } from "../stage/run.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** Causes that a migration's error message names. */
const maxCauses = 3

/** A run whose stages have all ended. */
export interface EndedRun {
  readonly migrationId: number
  readonly run: Run
  readonly summary: VerifySummary
  /** Writes what the handlers have read of the destination. Absent where nothing was read. */
  readonly write?: WriteDestination | undefined
}

/**
 * Ends a migration: OK where every planned object was created and verified, else ERRED with what is missing and why. What was
 * read of the destination is written first; tenant, resource and order follow, and hooks run, in the same transaction.
 */
export async function finishMigration(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, run, summary, write }: EndedRun,
): Promise<void> {
  const migration = await trx
    .selectFrom("waldur_openstack_replication_migration")
    .select("dst_resource_id")
    .where("id", "=", migrationId)
    .executeTakeFirst()
  if (migration === undefined) return
  const resourceId = migration.dst_resource_id
  const outcome = await readOutcome(trx, migrationId)
  const errorMessage = describeOutcome(outcome, summary)
  const state = errorMessage === "" ? CoreState.OK : CoreState.ERRED

  await lockTenant(trx, run.tenantId)
  await write?.(trx, { tenantId: run.tenantId, settingsId: run.settingsId, resourceId })
  await updateTenant(trx, run.tenantId, outcome, {
    state,
    error_message: errorMessage,
  })
  const tenant = { kind: "project", table: "openstack_tenant", rowIds: [run.tenantId] }
  const { created, failed } = ctx.handlers.objects
  await (state === CoreState.OK ? created : failed)(trx, tenant)
  await trx
    .updateTable("openstack_replication.run")
    .set({
      finished: new Date(),
      verification: JSON.stringify(summary),
      ...(state === CoreState.OK && { ever_ok: true }),
    })
    .where("migration_id", "=", migrationId)
    .execute()
  const resource = await trx
    .selectFrom("marketplace_resource")
    .select(["backend_metadata", "state"])
    .where("id", "=", resourceId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  await saveRow(trx, ctx.hooks, "resource", resourceId, {
    // A job of Waldur's may have changed it since the last stage began; handlers run when it leaves Creating.
    ...(resource.state !== ResourceState.CREATING && { state: ResourceState.CREATING }),
    backend_id: outcome.projectId,
    backend_metadata: JSON.stringify({
      ...resource.backend_metadata,
      state: coreStateName(state),
      action: "",
      action_details: {},
      runtime_state: "",
    }),
  })
  await saveRow(trx, ctx.hooks, "migration", migrationId, {
    state,
    error_message: errorMessage,
    error_traceback: outcome.failed
      .map(({ kind, name, reason }) => `${kind} "${name}": ${reason}`)
      .join("\n"),
  })
}

async function updateTenant(
  trx: Trx,
  tenantId: number,
  { lastNetworkId, externalNetworkId }: Outcome,
  state: { readonly state: number; readonly error_message: string },
): Promise<void> {
  await trx
    .updateTable("openstack_tenant")
    .set({
      ...state,
      error_traceback: "",
      runtime_state: "",
      action: "",
      action_details: "{}",
      task_id: null,
      internal_network_id: lastNetworkId,
      external_network_id: externalNetworkId,
      modified: new Date(),
    })
    .where("id", "=", tenantId)
    .execute()
}

/**
 * Locks the tenant until the end of the transaction. Rows that a pull of Waldur's can write too have no unique key in some
 * tables; a handler that looks for them first finds those of another worker.
 */
async function lockTenant(trx: Trx, tenantId: number): Promise<void> {
  await trx.selectFrom("openstack_tenant").select("id").where("id", "=", tenantId).forUpdate().execute()
}

interface Outcome {
  readonly cancelled: string | null
  readonly planned: number
  readonly skipped: number
  readonly failed: readonly { readonly kind: string; readonly name: string; readonly reason: string }[]
  readonly projectId: string
  readonly lastNetworkId: string
  readonly externalNetworkId: string
}

async function readOutcome(trx: Trx, migrationId: number): Promise<Outcome> {
  const rows = await trx
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "state", "reason", "backend_id"])
    .where("migration_id", "=", migrationId)
    .where("state", "!=", "omitted")
    .orderBy("position")
    .execute()
  const idsOf = (kind: string) => rows.flatMap((row) => (row.kind === kind ? (row.backend_id ?? []) : []))
  const { context, cancelled } = await trx
    .selectFrom("openstack_replication.run")
    .select(["context", "cancelled"])
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  return {
    cancelled,
    planned: rows.length,
    skipped: rows.filter((row) => row.state === "skipped").length,
    failed: rows.filter((row) => row.state !== "done" && row.state !== "skipped"),
    projectId: idsOf("project")[0] ?? "",
    lastNetworkId: idsOf("network").at(-1) ?? "",
    externalNetworkId: idsOf("gateway").length === 0 ? "" : (context.externalNetworkId ?? ""),
  }
}

/** Returns the migration's error message; "" where nothing is wrong. */
function describeOutcome(outcome: Outcome, { unread }: VerifySummary): string {
  const { cancelled, planned, skipped, failed } = outcome
  if (failed.length === 0 && skipped === 0) {
    return unread === undefined
      ? ""
      : `Every object was created, but the destination could not be read to verify them: ${unread}`
  }
  const missing = `${failed.length + skipped} of ${planned} objects are missing.`
  const reasons = [...describeFailures(failed), ...describeSkipped(skipped, cancelled !== null)]
  return [cancelled, missing, reasons.join("; ")].filter(Boolean).join(" ")
}

/** Returns each cause once, with the first object that failed for it. */
function describeFailures(failed: Outcome["failed"]): readonly string[] {
  const causes = [...Map.groupBy(failed, ({ reason }) => withoutRequestIds(reason)).values()]
  const named = causes.slice(0, maxCauses).flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const more = others.length > 0 ? ` and ${others.length} more` : ""
    return [`${kindText(first.kind)} "${first.name}"${more}: ${first.reason}`]
  })
  const unnamed = causes.slice(maxCauses).flat().length
  return unnamed > 0 ? [...named, `and ${unnamed} more failed`] : named
}

function describeSkipped(skipped: number, isCancelled: boolean): readonly string[] {
  if (skipped === 0) return []
  const objects = skipped === 1 ? "1 object was" : `${skipped} objects were`
  return isCancelled
    ? [`${objects} not created because the migration was cancelled`]
    : [`${objects} skipped because an object that they need failed`]
}
