import { sql } from "kysely"
import { errors } from "../../errors.ts"
import { saveRow } from "../../handlers/index.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db, Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import type { Rollback } from "../../models/own-tables.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { enqueueStages, type HeldJob, holdsJob } from "../queue/jobs.ts"
import { nextStages } from "./graph.ts"
import type { StageClaim } from "./journal.ts"
import type { WorkerContext } from "./worker-context.ts"

/** What the stages of one migration share. */
export interface Run {
  readonly settingsId: number
  readonly tenantId: number
  readonly srcSettingsId: number
  readonly marker: string
  /** undefined in runs of older versions, which were planned from rows alone. */
  readonly inputs: PlanInputs | undefined
  /** Whether it was cancelled before the stage was taken. */
  readonly cancelled: boolean
  /** Whether the migration has ended before, so that this is a later check of it. */
  readonly ended: boolean
  readonly rollback: Rollback | null
}

export interface CallCount {
  calls: number
  /** Those of them that went to the source. */
  sourceCalls: number
  writes: number
}

/**
 * Takes the stage: from here on an earlier worker of it can write no more. undefined: there is nothing to do.
 * @throws STALE_WORKER where the job is another worker's by now: it must not be kept from its stage, for then nobody had it
 */
export async function startStage(
  ctx: WorkerContext,
  migration: number,
  stage: string,
  job: HeldJob | undefined,
): Promise<{ readonly hold: StageClaim; readonly run: Run } | undefined> {
  return ctx.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, migration)
    if (run === undefined) return undefined
    if (!(await holdsJob(trx, ctx.queueSchema, job))) throw errors.staleWorker(stage)
    const taken = await trx
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
    if (taken === undefined) return undefined
    await emitEvent(trx, migration, "stage", { name: stage, state: "running", attempt: taken.attempt })
    // One that ended before it started is only looked at again.
    if (run.started === null && run.finished === null) await startRun(ctx, trx, migration, run.tenant_id)
    return {
      hold: { migration, stage, attempt: taken.attempt },
      run: {
        settingsId: run.dst_settings_id,
        srcSettingsId: run.src_settings_id,
        tenantId: run.tenant_id,
        marker: run.context.marker,
        inputs: run.context.inputs,
        cancelled: run.cancelled !== null,
        ended: run.finished !== null,
        rollback: run.rollback,
      },
    }
  })
}

/** Stages that start or end at the same time do so one after another: else each might miss what the other changed. */
export function lockRun(trx: Trx, migration: number) {
  return trx
    .selectFrom("openstack_replication.run")
    .selectAll()
    .where("migration_id", "=", migration)
    .forUpdate()
    .executeTakeFirst()
}

async function startRun(ctx: WorkerContext, trx: Trx, migration: number, tenantId: number): Promise<void> {
  await trx
    .updateTable("openstack_replication.run")
    .set({ started: new Date() })
    .where("migration_id", "=", migration)
    .execute()
  await saveRow(trx, ctx.hooks, "migration", migration, { state: CoreState.CREATING })
  await trx
    .updateTable("openstack_tenant")
    .set({ state: CoreState.CREATING, modified: new Date() })
    .where("id", "=", tenantId)
    .execute()
}

function addCalls({ calls, sourceCalls, writes }: Readonly<CallCount>) {
  return {
    calls: sql<number>`calls + ${calls}`,
    source_calls: sql<number>`source_calls + ${sourceCalls}`,
    writes: sql<number>`writes + ${writes}`,
  }
}

/** Keeps the count of calls of a stage that does not end yet. */
export async function noteCalls(db: Db, hold: StageClaim, count: Readonly<CallCount>): Promise<void> {
  await db
    .updateTable("openstack_replication.stage")
    .set(addCalls(count))
    .where("migration_id", "=", hold.migration)
    .where("name", "=", hold.stage)
    .where("attempt", "=", hold.attempt)
    .execute()
}

/** Ends the stage, does what belongs to its end, and enqueues the stages that may start now: in one transaction. */
export async function finishStage(
  ctx: WorkerContext,
  hold: StageClaim,
  run: Run,
  count: Readonly<CallCount>,
  atEnd: (trx: Trx) => Promise<void> = async () => undefined,
): Promise<void> {
  await ctx.db.transaction().execute(async (trx) => {
    await lockRun(trx, hold.migration)
    const ended = await trx
      .updateTable("openstack_replication.stage")
      .set({ state: "done", finished: new Date(), ...addCalls(count) })
      .where("migration_id", "=", hold.migration)
      .where("name", "=", hold.stage)
      .where("state", "=", "running")
      .where("attempt", "=", hold.attempt)
      .executeTakeFirst()
    if (ended.numUpdatedRows === 0n) return
    await emitEvent(trx, hold.migration, "stage", { name: hold.stage, state: "done", attempt: hold.attempt })
    await atEnd(trx)
    await startReadyStages(ctx, trx, hold.migration, run.settingsId)
  })
}

/** A stage without anything to do has taken no time, or what it took when it had. */
function sinceEver(column: "started" | "finished") {
  return sql<Date>`coalesce(${sql.ref(column)}, now())`
}

/** Enqueues the stages that wait for nothing that is not done. The caller holds the run's row. */
export async function startReadyStages(
  ctx: WorkerContext,
  trx: Trx,
  migration: number,
  settingsId: number,
): Promise<void> {
  const stages = await trx
    .selectFrom("openstack_replication.stage")
    .select(["name", "depends_on as dependsOn", "state"])
    .where("migration_id", "=", migration)
    .execute()
  const { idle, ready } = nextStages(stages, await busyKinds(trx, migration))
  for (const [state, names] of [["done", idle] as const, ["ready", ready] as const]) {
    if (names.length === 0) continue
    await trx
      .updateTable("openstack_replication.stage")
      .set(
        state === "done"
          ? { state, started: sinceEver("started"), finished: sinceEver("finished") }
          : { state },
      )
      .where("migration_id", "=", migration)
      .where("name", "in", [...names])
      .execute()
  }
  await enqueueStages(trx, ctx.queueSchema, settingsId, migration, ready)
}

/** Kinds with something left to do. */
async function busyKinds(trx: Trx, migration: number): Promise<ReadonlySet<string>> {
  const kinds = await trx
    .selectFrom("openstack_replication.object")
    .select("kind")
    .distinct()
    .where("migration_id", "=", migration)
    .where("state", "in", ["planned", "creating"])
    .execute()
  return new Set(kinds.map(({ kind }) => kind))
}
