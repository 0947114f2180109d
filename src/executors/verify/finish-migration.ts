import { sql } from "kysely"
import { saveRow } from "../../handlers/index.ts"
import { CoreState, coreStateName } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { VerifySummary } from "../../models/own-tables.ts"
import { causeOf } from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import type { Run } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** Causes that are named in the migration's error message. */
const namedCauses = 3

/**
 * Ends the migration: OK when every planned object is there and was read back, else ERRED with what is missing and
 * why. Tenant, resource, order and hooks follow in the same transaction.
 */
export async function finishMigration(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  run: Run,
  verified: VerifySummary,
): Promise<void> {
  const migration = await trx
    .selectFrom("waldur_openstack_replication_migration")
    .select("dst_resource_id")
    .where("id", "=", migrationId)
    .executeTakeFirst()
  if (migration === undefined) return
  const outcome = await readOutcome(trx, migrationId)
  const errorMessage = describe(outcome, verified)
  const state = errorMessage === "" ? CoreState.OK : CoreState.ERRED

  await trx
    .updateTable("openstack_tenant")
    .set({
      state,
      runtime_state: errorMessage === "" ? "online" : "",
      error_message: errorMessage,
      internal_network_id: outcome.lastNetworkId,
      external_network_id: outcome.externalNetworkId,
      modified: new Date(),
    })
    .where("id", "=", run.tenantId)
    .execute()
  await trx
    .updateTable("openstack_replication.run")
    .set({ finished: new Date(), verification: JSON.stringify(verified) })
    .where("migration_id", "=", migrationId)
    .execute()
  await linkVolumeTypes(trx, run)
  await saveRow(trx, ctx.hooks, "resource", migration.dst_resource_id, {
    backend_id: outcome.projectId,
    backend_metadata: JSON.stringify({
      state: coreStateName(state),
      action: "",
      action_details: {},
      runtime_state: errorMessage === "" ? "online" : "",
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

/** The cloud's volume types are the new tenant's as well: a later replication of it may map them. */
async function linkVolumeTypes(trx: Trx, { tenantId, settingsId }: Run): Promise<void> {
  await sql`
    insert into openstack_volumetype_tenants (volumetype_id, tenant_id)
    select id, ${tenantId} from openstack_volumetype where settings_id = ${settingsId}
    on conflict do nothing`.execute(trx)
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

async function readOutcome(trx: Trx, migration: number): Promise<Outcome> {
  const rows = await trx
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "state", "reason", "backend_id"])
    .where("migration_id", "=", migration)
    .where("state", "!=", "omitted")
    .orderBy("position")
    .execute()
  const idsOf = (kind: string) => rows.flatMap((row) => (row.kind === kind ? (row.backend_id ?? []) : []))
  const { context, cancelled } = await trx
    .selectFrom("openstack_replication.run")
    .select(["context", "cancelled"])
    .where("migration_id", "=", migration)
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

function describe({ cancelled, planned, skipped, failed }: Outcome, { unread }: VerifySummary): string {
  if (failed.length === 0 && skipped === 0) {
    return unread === undefined ? "" : `Everything was made, but could not be read back: ${unread}`
  }
  const causes = [...Map.groupBy(failed, ({ reason }) => causeOf(reason)).values()]
  const named = causes.slice(0, namedCauses).map(describeCause)
  const unnamed = causes.slice(namedCauses).flat().length
  const more = unnamed > 0 ? [`and ${unnamed} more failed`] : []
  const left =
    skipped === 0
      ? []
      : cancelled === null
        ? [`${skipped} were skipped because they need what failed`]
        : [`${skipped} were let go`]
  const missing = `${failed.length + skipped} of ${planned} objects are missing.`
  return [cancelled, missing, [...named, ...more, ...left].join("; ")].filter(Boolean).join(" ")
}

/** What stopped some objects, told once, at the first of them. */
function describeCause([first, ...others]: Outcome["failed"]): string {
  if (first === undefined) return ""
  const more = others.length > 0 ? ` and ${others.length} more` : ""
  return `${kindText(first.kind)} "${first.name}"${more}: ${first.reason}`
}
