import { errors } from "../../errors.ts"
import { saveRow } from "../../handlers/index.ts"
import { CoreState, hasEnded, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import { type HeldJob, holdsJob } from "../queue/jobs.ts"
import { addCalls, type CallCount } from "./call-count.ts"
import type { StageClaim } from "./claim.ts"
import { verifyStage } from "./graph.ts"
import { startReadyStages } from "./ready-stages.ts"
import { restoreRows } from "./restore-rows.ts"
import type { Run } from "./run.ts"
import { deleteSecondRows } from "./second-rows.ts"
import type { ClaimedStage, StageEnd } from "./stage.ts"
import { endTerminated, readTermination } from "./termination.ts"
import type { WorkerContext } from "./worker-context.ts"

/**
 * Starts a stage and claims it: a worker that started it before can write nothing more.
 * @param migration id of the migration's row
 * @param job undefined: no other worker can have the job
 * @returns undefined where there is nothing to do
 * @throws STALE_WORKER where the job is another worker's: claiming its stage would leave the stage to no worker
 */
export async function startStage(
  ctx: WorkerContext,
  migration: number,
  stage: string,
  job: HeldJob | undefined,
): Promise<{ readonly claim: StageClaim; readonly run: Run } | undefined> {
  return ctx.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, migration)
    if (run === undefined) return undefined
    if (!(await holdsJob(trx, ctx.queueSchema, job))) throw errors.staleWorker(stage)
    const termination = await readTermination(trx, migration, { locking: true })
    if (termination !== undefined) {
      await endTerminated(ctx, trx, migration, termination)
      return undefined
    }
    const attempt = await raiseAttempt(trx, migration, stage)
    if (attempt === undefined) return undefined
    await emitEvent(trx, migration, "stage", { name: stage, state: "running", attempt })
    // A run that has ended without a start, e.g. cancelled at once, is only verified.
    if (run.started === null && run.finished === null)
      await startRun(ctx, trx, { migration, tenant: run.tenant_id })
    if (run.finished === null && run.rollback === null) {
      await keepCreating(ctx, trx, migration)
      if (stage === verifyStage) await deleteSecondRows(ctx, trx, migration)
    }
    return {
      claim: { migration, stage, attempt },
      run: {
        settingsId: run.dst_settings_id,
        srcSettingsId: run.src_settings_id,
        tenantId: run.tenant_id,
        marker: run.context.marker,
        inputs: run.context.inputs,
        cancelled: run.cancelled !== null,
        ended: run.finished !== null,
        everOk: run.ever_ok,
        rollback: run.rollback,
      },
    }
  })
}

/** Locks the run of a migration: stages that start or end at the same time would miss what the other changes. */
export function lockRun(trx: Trx, migration: number) {
  return trx
    .selectFrom("openstack_replication.run")
    .selectAll()
    .where("migration_id", "=", migration)
    .forUpdate()
    .executeTakeFirst()
}

/** Returns the new attempt; undefined where the stage is not to be run. */
async function raiseAttempt(trx: Trx, migration: number, stage: string): Promise<number | undefined> {
  const started = await trx
    .updateTable("openstack_replication.stage")
    .set((eb) => ({
      state: "running",
      attempt: eb("attempt", "+", 1),
      started: eb.fn.coalesce("started", eb.val(new Date())),
    }))
    .where("migration_id", "=", migration)
    .where("name", "=", stage)
    .where("state", "in", ["ready", "running"])
    .returning("attempt")
    .executeTakeFirst()
  return started?.attempt
}

/** Ends the run of a migration whose tenant the marketplace terminates. Returns false where it does not. */
export function endIfTerminated(ctx: WorkerContext, migration: number): Promise<boolean> {
  return ctx.db.transaction().execute(async (trx) => {
    await lockRun(trx, migration)
    const termination = await readTermination(trx, migration, { locking: true })
    if (termination === undefined) return false
    await endTerminated(ctx, trx, migration, termination)
    return true
  })
}

async function startRun(
  ctx: WorkerContext,
  trx: Trx,
  { migration, tenant }: { readonly migration: number; readonly tenant: number },
): Promise<void> {
  await trx
    .updateTable("openstack_replication.run")
    .set({ started: new Date() })
    .where("migration_id", "=", migration)
    .execute()
  await saveRow(trx, ctx.hooks, "migration", migration, { state: CoreState.CREATING })
  await trx
    .updateTable("openstack_tenant")
    .set({ state: CoreState.CREATING, error_message: "", modified: new Date() })
    .where("id", "=", tenant)
    .execute()
}

/**
 * Sets the tenant of a running migration CREATING again, and its resource Creating, where a job of Waldur's has changed
 * them: they fail rows that stay in Creating for three hours, then set tenant and resource OK if the project exists, and else
 * the resource Terminated. Nobody may order machines in a tenant that is not complete.
 */
async function keepCreating(ctx: WorkerContext, trx: Trx, migration: number): Promise<void> {
  const { tenant, tenantState, resource, resourceState } = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "run.tenant_id")
    .innerJoin("waldur_openstack_replication_migration as migration", "migration.id", "run.migration_id")
    .innerJoin("marketplace_resource as resource", "resource.id", "migration.dst_resource_id")
    .select([
      "tenant.id as tenant",
      "tenant.state as tenantState",
      "resource.id as resource",
      "resource.state as resourceState",
    ])
    .where("run.migration_id", "=", migration)
    .executeTakeFirstOrThrow()
  if (hasEnded(tenantState)) {
    await trx
      .updateTable("openstack_tenant")
      .set({ state: CoreState.CREATING, error_message: "", modified: new Date() })
      .where("id", "=", tenant)
      .execute()
    await restoreRows(ctx, trx, migration)
  }
  // A pull of quotas can set a resource OK that the time-out had failed. A termination was excluded before.
  if (resourceState !== ResourceState.CREATING) {
    const changes = { state: ResourceState.CREATING, error_message: "" }
    await saveRow(trx, ctx.hooks, "resource", resource, changes)
  }
}

/**
 * Ends a claimed stage, runs what belongs to its end, and enqueues the stages that may start now, in one transaction.
 * Changes nothing where another worker has claimed the stage since, or the marketplace terminates the tenant.
 */
export async function finishStage(
  { ctx, claim, run }: ClaimedStage,
  count: Readonly<CallCount>,
  atEnd: StageEnd | undefined,
): Promise<void> {
  const { migration, stage: name, attempt } = claim
  await ctx.db.transaction().execute(async (trx) => {
    await lockRun(trx, migration)
    const ended = await trx
      .updateTable("openstack_replication.stage")
      .set({ state: "done", finished: new Date(), ...addCalls(count) })
      .where("migration_id", "=", migration)
      .where("name", "=", name)
      .where("state", "=", "running")
      .where("attempt", "=", attempt)
      .executeTakeFirst()
    if (ended.numUpdatedRows === 0n) return
    await emitEvent(trx, migration, "stage", { name, state: "done", attempt })
    const termination = await readTermination(trx, migration, { locking: true })
    if (termination !== undefined) {
      await endTerminated(ctx, trx, migration, termination)
      return
    }
    await atEnd?.(trx)
    await startReadyStages(ctx, trx, { migration, cloud: run.settingsId })
  })
}
