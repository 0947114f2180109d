import { setTimeout as sleep } from "node:timers/promises"
import { type CloudContext, cloudContext } from "../../kinds/cloud-context.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import { CloudError, calledBy } from "../../openstack/index.ts"
import type { Cloud } from "../../openstack/types.ts"
import { anyOf, type Interruption, StageYield, throwIfInterrupted } from "../queue/interruption.ts"
import type { HeldJob } from "../queue/jobs.ts"
import { beginRollback, endRollback } from "../rollback/finish-rollback.ts"
import { rollBack } from "../rollback/rollback.ts"
import { applyPass, type OpenItem, objectError, type StageItem } from "../stage/apply.ts"
import { rollbackStage, surveyStage, verifyStage } from "../stage/graph.ts"
import { loadItems } from "../stage/items.ts"
import { closeAll, type StageClaim, stageJournal, withClaim } from "../stage/journal.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"
import { type CallCount, finishStage, noteCalls, type Run, startStage } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { storeSurvey } from "../survey/replan.ts"
import { type SurveyClouds, surveyTenant } from "../survey/survey.ts"
import { removeDuplicates } from "../verify/duplicates.ts"
import { endVerification } from "../verify/finish-verify.ts"
import { noteVerified, verifyTenant } from "../verify/verify.ts"

/**
 * Pauses between passes over a kind while the outcome of objects stays open, in milliseconds. A lost answer is looked
 * for at once; a cloud that is down was waited for by the client already, a minute in each pass. So many that a cloud
 * which loses every seventh call leaves no object open: an eighth failure of the same call is one in millions.
 */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 4_000, 4_000] as const

/**
 * Runs one stage to its end: every object of its kind is done, failed or skipped, and the stages that waited for it
 * are enqueued. May be run again at any time, by anybody: what is done stays as it is.
 * @param job undefined: nobody else can have it
 * @throws StageYield where it was interrupted, or the cloud asked for a long pause
 */
export async function runStage(
  ctx: WorkerContext,
  migration: number,
  stage: string,
  interruption: Interruption = {},
  job?: HeldJob,
): Promise<void> {
  const started = await startStage(ctx, migration, stage, job)
  if (started === undefined) return
  const { hold, run } = started
  const count: CallCount = { calls: 0, sourceCalls: 0, writes: 0 }
  try {
    await workOnStage(ctx, hold, run, count, interruption)
  } catch (error) {
    await noteCalls(ctx.db, hold, count).catch(() => undefined)
    throw error
  }
}

async function workOnStage(
  ctx: WorkerContext,
  hold: StageClaim,
  run: Run,
  count: CallCount,
  interruption: Interruption,
): Promise<void> {
  const { migration, stage } = hold
  const kind = kinds.find((one) => one.name === stage)
  // Reading and checking are not divided: they would begin anew each time.
  const divided = kind !== undefined || stage === rollbackStage
  const stops = divided ? interruption : { ...interruption, preempt: undefined }
  const { signal } = stops
  const drain = anyOf([stops.drain, stops.preempt])
  const caller = { flow: String(migration), ...(signal && { signal }), ...(drain && { drain }) }
  const counted = (session: Cloud, settingsId: number, of: "source" | "destination") =>
    calledBy(session, caller).observed((call) => {
      count.calls += 1
      if (of === "source") count.sourceCalls += 1
      if (call.write) count.writes += 1
      ctx.onCall?.(call, settingsId, session.name)
    })
  const cloud = counted(await ctx.clouds.get(run.settingsId), run.settingsId, "destination")
  const context = () => destination(ctx.db, cloud, migration, run)
  const clouds: SurveyClouds = {
    destination: async () => cloud,
    source: async () => counted(await ctx.clouds.get(run.srcSettingsId), run.srcSettingsId, "source"),
    stopped: anyOf([signal, drain]),
  }
  if (stage === surveyStage) {
    const { inputs } = run
    const surveyed = inputs && !run.cancelled ? await surveyTenant(ctx.db, clouds, inputs) : undefined
    // A call that was stopped must not pass for a cloud that cannot be read.
    throwIfInterrupted(stops)
    await finishStage(ctx, hold, run, count, async (trx) => {
      if (surveyed !== undefined) await storeSurvey(trx, migration, surveyed)
    })
    return
  }
  if (stage === verifyStage) {
    // Whoever verifies a migration that has ended only looks.
    if (!run.ended) await removeDuplicates(ctx.db, await context(), migration)
    const verified = await verifyTenant(ctx.db, context, clouds, run.inputs, migration, !run.cancelled)
    throwIfInterrupted(stops)
    await finishStage(ctx, hold, run, count, async (trx) => {
      await noteVerified(trx, verified.notes)
      await endVerification(ctx, trx, migration, run, verified.summary)
    })
    return
  }
  if (stage === rollbackStage) {
    await withClaim(ctx.db, hold, (trx) => beginRollback(ctx, trx, migration))
    const rolledBack = await rollBack({
      db: ctx.db,
      hold,
      rollback: run.rollback,
      context,
      signal: anyOf([signal, drain]),
    }).catch((error: unknown) => {
      // A call that was stopped fails as if the cloud had: it is no fault, and not to be waited for.
      throwIfInterrupted(stops)
      requeueOnRateLimit(error)
      throw error
    })
    throwIfInterrupted(stops)
    await finishStage(ctx, hold, run, count, (trx) => endRollback(ctx, trx, migration, rolledBack))
    return
  }
  if (kind !== undefined) await workOn(ctx, kind, hold, run, context, stops)
  await finishStage(ctx, hold, run, count)
}

/**
 * Ends a stage that cannot be worked on, because of a fault that is not the cloud's: what is open has failed, and the
 * migration goes on to its end, for nobody should wait for ever.
 */
export async function giveUpStage(
  ctx: WorkerContext,
  migration: number,
  stage: string,
  error: unknown,
  job?: HeldJob,
): Promise<void> {
  const started = await startStage(ctx, migration, stage, job)
  if (started === undefined) return
  const { hold, run } = started
  const reason = `The stage could not be worked on: ${error instanceof Error ? error.message : String(error)}`
  const nothing: CallCount = { calls: 0, sourceCalls: 0, writes: 0 }
  if (stage === verifyStage) {
    const verified = { at: new Date().toISOString(), compared: 0, differences: 0, unread: reason }
    await finishStage(ctx, hold, run, nothing, (trx) => endVerification(ctx, trx, migration, run, verified))
    return
  }
  if (stage === rollbackStage) {
    const rolledBack = { inUse: false, givenUp: true, left: [reason] } as const
    await finishStage(ctx, hold, run, nothing, (trx) => endRollback(ctx, trx, migration, rolledBack))
    return
  }
  const kind = kinds.find((one) => one.name === stage)
  const { works, waiting } = kind ? await loadItems(ctx.db, kind, migration) : { works: [], waiting: [] }
  for (const one of [...works.filter((work) => work.backendId === null), ...waiting]) {
    if (kind) await withClaim(ctx.db, hold, (trx) => closeAll(trx, kind, hold, [one], "failed", reason))
  }
  await finishStage(ctx, hold, run, nothing)
}

async function workOn(
  ctx: WorkerContext,
  kind: AnyKind,
  hold: StageClaim,
  run: Run,
  context: () => Promise<CloudContext>,
  stops: Interruption,
): Promise<void> {
  const sizes = ctx.sizesOf(run.settingsId)
  const stopped = anyOf([stops.signal, stops.drain, stops.preempt])
  const journal = stageJournal(ctx.db, kind, hold)
  const refusedOnce = new Set<string>()
  /** Whether another pass could not end otherwise, e.g. the sign-in is refused. */
  const isFinal = ({ work, error: { failure }, refused }: OpenItem): boolean =>
    failure.retry === "no" && !failure.uncertain && (!refused || refusedOnce.has(work.id))
  for (let pass = 0; ; pass += 1) {
    throwIfInterrupted(stops)
    const { works, waiting } = await loadItems(ctx.db, kind, hold.migration)
    for (const one of waiting) {
      await withClaim(ctx.db, hold, (trx) => closeAll(trx, kind, hold, [one], "skipped", one.reason))
    }
    if (works.every((work) => work.backendId !== null)) return
    const seen = await context()
    const open = await passOrOpen(
      () => applyPass(kind, seen, works, journal, () => stopped?.aborted === true, sizes),
      works,
    )
    throwIfInterrupted(stops)
    const askedMs = Math.max(0, ...open.map(({ error }) => error.failure.pauseMs ?? 0))
    if (askedMs > 0 && !run.cancelled) throw new StageYield("the cloud asked for a pause", askedMs)
    // Whoever cancels does not wait for a pause: a retry or a roll back looks for what was asked for.
    const pause = askedMs > 0 ? undefined : pausesMs[pass]
    for (const one of open) {
      if (pause === undefined || isFinal(one)) await journal.failed(one.work, objectError(one.error))
    }
    if (pause === undefined || open.every(isFinal)) return
    for (const { work, refused } of open) if (refused) refusedOnce.add(work.id)
    await sleep(pause, undefined, stopped && { signal: stopped }).catch(() => throwIfInterrupted(stops))
  }
}

/** Where the cloud cannot even be asked what is there, every pending object stays open. */
async function passOrOpen(
  pass: () => Promise<readonly OpenItem[]>,
  works: readonly StageItem[],
): Promise<readonly OpenItem[]> {
  try {
    return await pass()
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    return works.flatMap((work) => (work.backendId === null ? [{ work, error }] : []))
  }
}

async function destination(db: Db, cloud: Cloud, migration: number, run: Run): Promise<CloudContext> {
  const tenant = await db
    .selectFrom("openstack_tenant")
    .select(["name", "description", "user_username", "user_password"])
    .where("id", "=", run.tenantId)
    .executeTakeFirstOrThrow()
  const project = await db
    .selectFrom("openstack_replication.object")
    .select("backend_id")
    .where("migration_id", "=", migration)
    .where("kind", "=", "project")
    .executeTakeFirst()
  return cloudContext(cloud, project?.backend_id ?? "", {
    name: tenant.name,
    description: tenant.description,
    username: tenant.user_username,
    password: tenant.user_password,
    marker: run.marker,
  })
}
