import { setTimeout as sleep } from "node:timers/promises"
import type { AnyKind } from "../../kinds/kind.ts"
import { CloudError } from "../../openstack/index.ts"
import { StageYield, throwIfInterrupted } from "../queue/interruption.ts"
import { applyPass, isRecorded } from "./apply.ts"
import { withClaim } from "./claim.ts"
import { loadItems, type StageItem } from "./items.ts"
import { type NotCreated, objectError, recordNotCreated, stageJournal } from "./journal.ts"
import type { OpenItem } from "./refusals.ts"
import type { ClaimedStage, Stage, StageSession } from "./stage.ts"

/**
 * Pauses between passes while the outcome of objects is open, in milliseconds. The first is short, for lost responses; a
 * cloud that is down was waited for by the client already, for a minute in each pass. With this many passes, a cloud that
 * loses every seventh call leaves no object open: eight failures of one call are one in millions.
 */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 4_000, 4_000] as const

/** The stage that creates the objects of a kind. */
export function kindStage(kind: AnyKind): Stage {
  return {
    name: kind.name,
    divisible: true,
    async run(session) {
      await createObjects(kind, session)
      return undefined
    },
    async giveUp(stage, reason) {
      const { items, blocked } = await loadItems(stage.ctx.db, kind, stage.claim.migration)
      const unfinished = [...items.filter((item) => !isRecorded(item)), ...blocked]
      await recordAll(kind, stage, [{ items: unfinished, state: "failed", reason }])
      return undefined
    },
  }
}

/** Runs passes until every object is done, failed or skipped. */
async function createObjects(kind: AnyKind, session: StageSession): Promise<void> {
  const { interruption, run, clouds } = session
  const refusedBefore = new Set<string>()
  for (let pass = 0; ; pass += 1) {
    throwIfInterrupted(interruption)
    const open = await runPass(kind, session)
    // An interrupted pass skips batches: even without open objects, not all may be done.
    throwIfInterrupted(interruption)
    const cloudPauseMs = Math.max(0, ...open.map(({ error }) => error.failure.pauseMs ?? 0))
    if (cloudPauseMs > 0 && !run.cancelled) throw new StageYield("the cloud requested a pause", cloudPauseMs)
    // A cancelled migration waits for no pause: a retry or a rollback lists what its requests have created.
    const pauseMs = cloudPauseMs > 0 ? undefined : pausesMs[pass]
    const final = pauseMs === undefined ? open : open.filter((one) => isFinal(one, refusedBefore))
    await recordFailed(kind, session, final)
    if (final.length === open.length) return
    for (const { item, refused } of open) if (refused) refusedBefore.add(item.id)
    await sleep(pauseMs, undefined, clouds.stopped && { signal: clouds.stopped }).catch(() =>
      throwIfInterrupted(interruption),
    )
  }
}

/** Runs one pass. Returns the objects whose outcome is open. */
async function runPass(kind: AnyKind, session: StageSession): Promise<readonly OpenItem[]> {
  const { ctx, claim, run, clouds } = session
  const { items, blocked } = await loadItems(ctx.db, kind, claim.migration)
  const byReason = [...Map.groupBy(blocked, ({ reason }) => reason)]
  await recordAll(
    kind,
    session,
    byReason.map(([reason, skipped]) => ({ items: skipped, state: "skipped", reason })),
  )
  if (items.every(isRecorded)) return []
  const context = await clouds.context()
  try {
    return await applyPass(kind, context, items, stageJournal(ctx.db, kind, claim, ctx.handlers.objects), {
      isStopped: () => clouds.stopped?.aborted === true,
      sizes: ctx.batchSizesOf(run.settingsId),
    })
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    // The cloud could not be listed: every object without an outcome stays open.
    return items.flatMap((item: StageItem) => (isRecorded(item) ? [] : [{ item, error }]))
  }
}

/** Records objects as not created, in one transaction and with one event for each reason. */
async function recordAll(
  kind: AnyKind,
  { ctx, claim }: ClaimedStage,
  outcomes: readonly NotCreated[],
): Promise<void> {
  if (outcomes.every(({ items }) => items.length === 0)) return
  await withClaim(ctx.db, claim, async (trx) => {
    for (const outcome of outcomes) {
      await recordNotCreated(trx, kind, claim, outcome, ctx.handlers.objects)
    }
  })
}

/** Whether another pass cannot change the outcome, e.g. because the cloud refuses the sign-in. */
function isFinal({ item, error, refused }: OpenItem, refusedBefore: ReadonlySet<string>): boolean {
  const { retry, uncertain } = error.failure
  return retry === "no" && !uncertain && (!refused || refusedBefore.has(item.id))
}

async function recordFailed(
  kind: AnyKind,
  { ctx, claim }: ClaimedStage,
  failed: readonly OpenItem[],
): Promise<void> {
  const journal = stageJournal(ctx.db, kind, claim, ctx.handlers.objects)
  for (const { item, error } of failed) await journal.recordFailed(item, objectError(error))
}
