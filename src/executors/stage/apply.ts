import { allSettledOrThrow } from "../../kinds/all-settled-or-throw.ts"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import { batchSize } from "../../kinds/cost.ts"
import type { AnyKind, Desired } from "../../kinds/kind.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import { CloudError, unlessGone } from "../../openstack/index.ts"
import { tableOf } from "../../planning/attributes.ts"
import type { DroppedAttribute } from "../../planning/plan.ts"
import { newSizes, type Sizes } from "./batch-sizes.ts"
import { forEachLimit } from "./for-each-limit.ts"

/** A desired object as a stage works on it. */
export interface StageItem extends Desired<unknown> {
  readonly id: string
  readonly rowId: number | null
  /** Whether it was asked for before, so that it may be there although no answer was recorded. */
  readonly attempted: boolean
  /** Whether it was asked for more than once, so that it may have been made twice. */
  readonly retried?: boolean
  /** Its id in the cloud, where an earlier run recorded it. */
  readonly backendId: string | null
}

export interface PairedItem {
  readonly item: StageItem
  readonly actual: unknown
}

/** Where the outcome of each object is kept. Every write fails if another worker has taken the stage over. */
export interface Journal {
  /**
   * Before objects are asked for: whoever comes after knows that they may exist. Answers those that are still wanted;
   * of a migration that was cancelled there are none.
   */
  recordCreating(items: readonly StageItem[]): Promise<readonly StageItem[]>
  recordDone(made: readonly PairedItem[]): Promise<void>
  recordFailed(item: StageItem, error: ObjectError): Promise<void>
  /** An object is made without attributes that the cloud refused. */
  recordDropped(item: StageItem, attributes: readonly DroppedAttribute[]): Promise<void>
}

/**
 * One pass over the objects of a kind: lists what is there, removes what the cloud put there by itself, takes what
 * matches, makes what is missing. Answers those whose outcome is open: a later pass looks for them again, so that
 * nothing is made twice. A pass over finished objects changes nothing.
 * @param enough asked before each chunk: true lets the rest wait for a later pass
 * @param sizes how much the cloud is asked for at a time; what waits, waits here, where a cancelled migration can still
 *   let it go
 */
export async function applyPass(
  kind: AnyKind,
  context: CloudContext,
  all: readonly StageItem[],
  journal: Journal,
  drain: () => boolean = () => false,
  sizes: Sizes = newSizes(),
): Promise<readonly OpenItem[]> {
  const pending = all.filter((item) => item.backendId === null)
  if (pending.length === 0) return []
  // The project is this migration's own: what was never asked for cannot be there, unless the cloud made it itself.
  const mayExist = kind.api.autoCreated === true || pending.some((item) => item.attempted)
  const actual: readonly unknown[] = mayExist ? await kind.api.list(context, all) : []
  const { matched, missing, left } = pair(kind, all, actual)

  const open: OpenItem[] = []
  // Before anything is taken over: who comes after a worker that died here has to see that nothing was begun.
  const begun = all.filter((item) => item.attempted || item.backendId !== null)
  const unwanted = kind.removal.toPrune?.(all, begun, left) ?? []
  await allSettledOrThrow(unwanted.map((extra) => unlessGone(kind.removal.delete(context, extra))))
  await takeOver(kind, context, matched, journal, open)
  sizes.begin(kind)
  const fresh = all.every((item) => item.backendId === null && !item.attempted)
  const pass: Pass = { kind, context: { ...context, fresh }, journal, sizes, open }
  const chunks = chunksOf(kind, missing, () => sizes.of(kind).size)
  await forEachLimit(
    chunks,
    () => sizes.of(kind).atOnce,
    async (chunk) => {
      if (drain()) return
      const wanted = await journal.recordCreating(chunk)
      if (wanted.length > 0) await create(pass, wanted)
    },
  )
  return open
}

/** An object whose outcome is not known, and why. */
export interface OpenItem {
  readonly item: StageItem
  readonly error: CloudError
  /** It was refused, though it was asked for before: it may be there by now, and be what stands in its own way. */
  readonly refused?: true
}

interface Matching {
  readonly matched: readonly PairedItem[]
  readonly missing: readonly StageItem[]
  /** What is there and is none of ours. */
  readonly left: readonly unknown[]
}

/** Pairs desired objects with actual ones, one to one. What was recorded before is out of the question. */
export function pair(kind: AnyKind, all: readonly StageItem[], actual: readonly unknown[]): Matching {
  const recorded = new Set(all.flatMap(({ backendId }) => backendId ?? []))
  const free = new Set(actual.filter((one) => !recorded.has(kind.api.id(one))))
  const matched: PairedItem[] = []
  const missing: StageItem[] = []
  for (const item of all) {
    if (item.backendId !== null) continue
    const found = free.values().find((one) => isMatch(kind, item, one))
    if (found === undefined) missing.push(item)
    else {
      free.delete(found)
      matched.push({ item, actual: found })
    }
  }
  return { matched, missing, left: [...free] }
}

/** Whether an actual object is the desired one. */
export function isMatch(kind: AnyKind, item: StageItem, one: unknown): boolean {
  return kind.verify.isMatch === undefined
    ? kind.verify.compare(item.body, one).length === 0
    : kind.verify.isMatch(item.body, one)
}

/** Objects of one call after the other, never two containers in one call. @param sizeOf asked for each call */
function* chunksOf(
  kind: AnyKind,
  items: readonly StageItem[],
  sizeOf: () => number,
): Iterable<readonly StageItem[]> {
  const { groupBy = () => "", whole } = kind.api.batch
  for (const group of Map.groupBy(items, (item) => groupBy(item.body)).values()) {
    const most = batchSize(kind.api.batch, group.length)
    for (let start = 0, size = 0; start < group.length; start += size) {
      size = whole ? most : Math.min(most, sizeOf())
      yield group.slice(start, start + size)
    }
  }
}

async function takeOver(
  kind: AnyKind,
  context: CloudContext,
  matched: readonly PairedItem[],
  journal: Journal,
  open: OpenItem[],
): Promise<void> {
  const { update } = kind.api
  const differs = ({ item, actual }: PairedItem) =>
    update !== undefined && kind.verify.compare(item.body, actual).length > 0
  const asIs = matched.filter((made) => !differs(made))
  if (asIs.length > 0) await journal.recordDone(asIs)
  await Promise.all(
    matched.filter(differs).map(({ item, actual }) =>
      settle([item], journal, open, async () => {
        const updated: unknown = await update?.(context, item, actual)
        await journal.recordDone([{ item, actual: updated }])
      }),
    ),
  )
}

/** What the calls of one pass share. */
interface Pass {
  readonly kind: AnyKind
  readonly context: CloudContext
  readonly journal: Journal
  readonly sizes: Sizes
  readonly open: OpenItem[]
}

async function create(pass: Pass, chunk: readonly StageItem[]): Promise<void> {
  const { kind, journal, sizes, open } = pass
  const softly = async (error: CloudError) => {
    const [one] = chunk
    const softer = one && withoutSoft(kind, one, error)
    if (softer === undefined) return false
    await journal.recordDropped(softer.item, softer.dropped)
    await create(stale(pass), [softer.item])
    return true
  }
  const make = async () => {
    const made = await ask(pass, chunk)
    if (made.length !== chunk.length) {
      throw new Error(`${kind.name}: attempted for ${chunk.length}, the cloud answered ${made.length}.`)
    }
    await journal.recordDone(chunk.map((item, index) => ({ item, actual: made[index] })))
  }
  const refusal = await settle(chunk, journal, open, make, softly)
  if (refusal === undefined) return
  if (saysBulkIsOff(refusal)) {
    sizes.bulkIsOff()
    for (const one of chunk) await create(stale(pass), [one])
    return
  }
  // A refused bulk call has made nothing: halves are tried until the bad object is alone.
  const middle = Math.ceil(chunk.length / 2)
  await create(stale(pass), chunk.slice(0, middle))
  await create(stale(pass), chunk.slice(middle))
}

/** The pass for the parts of a chunk: the one before may have been made. */
function stale(pass: Pass): Pass {
  return { ...pass, context: { ...pass.context, fresh: false } }
}

/** Asks for a chunk, and learns from how long it takes. */
async function ask({ kind, context, sizes }: Pass, chunk: readonly StageItem[]): Promise<readonly unknown[]> {
  let ms = 0
  const cloud = context.cloud.observed((call) => {
    if (call.write) ms = Math.max(ms, call.durationMs)
  })
  let made: readonly unknown[] = []
  try {
    made = await kind.api.create({ ...context, cloud }, chunk)
    return made
  } finally {
    sizes.learn(kind, {
      asked: chunk.length,
      made: made.length,
      ms,
      timeoutMs: cloud.timeoutMs,
      now: performance.now(),
    })
  }
}

/** Neutron's words where its operator has set `allow_bulk` to false. */
function saysBulkIsOff({ failure: { status, cloudMessage } }: CloudError): boolean {
  return status === 400 && cloudMessage.includes("Bulk operation not supported")
}

/** Refusals that have nothing to do with an attribute that might be left out. */
const ofOtherThings = /^(OverQuota|IpAddress\w+|MacAddressInUse)$/

/**
 * The object without the attributes that a cloud may refuse for reasons of its own: those that the refusal is about;
 * where it does not say, all but those whose refusal has words of its own. undefined: there are none.
 */
function withoutSoft(kind: AnyKind, item: StageItem, { message, failure }: CloudError) {
  if (ofOtherThings.test(failure.type)) return undefined
  const body = item.body as Readonly<Record<string, unknown>>
  const soft = (tableOf(kind.name)?.attributes ?? []).filter((one) => one.soft && one.name in body)
  const named = soft.filter(
    ({ name, soft: words }) =>
      words === failure.type || message.includes(name) || (words !== true && message.includes(words ?? name)),
  )
  const names = (named.length > 0 ? named : soft.filter((one) => one.soft === true)).map(({ name }) => name)
  if (names.length === 0) return undefined
  return {
    item: {
      ...item,
      body: Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))),
    },
    dropped: names.map((attribute) => ({
      attribute,
      value: body[attribute],
      reason: `With it, the object was refused: ${message}`,
    })),
  }
}

/**
 * Runs one call and files its failure. Answers the refusal of a chunk of several, which has to be split.
 * @param otherwise what may be tried for a single object that was refused; answers whether it was dealt with
 */
async function settle(
  items: readonly StageItem[],
  journal: Journal,
  open: OpenItem[],
  call: () => Promise<void>,
  otherwise: (error: CloudError) => Promise<boolean> = async () => false,
): Promise<CloudError | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    const [first, ...rest] = items
    if (error.failure.uncertain || error.retry === "later") {
      open.push(...items.map((item) => ({ item, error })))
      return undefined
    }
    if (rest.length > 0) return error
    if (first === undefined || (await otherwise(error))) return undefined
    if (first.attempted) open.push({ item: first, error, refused: true })
    else await journal.recordFailed(first, objectError(error))
    return undefined
  }
}

/** What the report keeps of an error. */
export function objectError(error: CloudError): ObjectError {
  const { status, requestId } = error.failure
  return { code: error.code, message: error.message, status, requestId }
}
