/** How the objects of one kind are asked for in one cloud, and what that is learned from. */
export interface Sizing {
  /** Objects of one call. */
  readonly size: number
  /** Calls under way at a time. */
  readonly atOnce: number
  /** Calls since `atOnce` was last weighed, and the objects that they made. */
  readonly calls: number
  readonly objects: number
  /** When the first of those calls ended, in milliseconds of any clock; undefined before. */
  readonly since: number | undefined
  /** Objects a second when it was last weighed; 0: never. */
  readonly rate: number
}

/** A call as it ended. */
export interface Ended {
  /** Objects that were asked for. */
  readonly asked: number
  /** Objects that were made; 0 where it failed. */
  readonly made: number
  /** On the wire, without the turn that it waited for. */
  readonly ms: number
  /** The time limit of a call. */
  readonly timeoutMs: number
  readonly now: number
}

/**
 * Of a call's time limit: a cloud that takes so much of it for a chunk has no room left for a bad minute, and a call that
 * runs into the limit leaves it open what was made.
 */
const slowShare = 1 / 6

/** A call that takes less of the limit may hold twice as many, where the kind allows. */
const quickShare = slowShare / 4

/** Two server processes, which small clouds have, are busy with four calls at once: 16 were no faster there. */
const leastAtOnce = 4
const mostAtOnce = 16

/** More calls at once are worth it while they make so much more in the same time. */
const worth = 1.1

export function firstSizing(size: number): Sizing {
  return { size, atOnce: leastAtOnce, calls: 0, objects: 0, since: undefined, rate: 0 }
}

/** The same for calls that begin after a while in which there was nothing to do. Pure. */
export function beginAnew(sizing: Sizing): Sizing {
  return { ...sizing, calls: 0, objects: 0, since: undefined }
}

/**
 * What follows from a call. Chunks that take the cloud long are halved. Calls at once grow by one while that makes more
 * objects a second, and shrink when fewer are made. Pure.
 * @param most objects of one call that the kind allows
 */
export function learn(sizing: Sizing, ended: Ended, most: number): Sizing {
  return weigh({ ...sizing, size: sizeAfter(sizing.size, ended, most) }, ended)
}

function sizeAfter(size: number, { asked, ms, timeoutMs }: Ended, most: number): number {
  // A chunk that was cut before others told that it is too large says nothing new.
  if (ms > timeoutMs * slowShare) return Math.max(1, Math.min(size, Math.floor(asked / 2)))
  return ms < timeoutMs * quickShare && asked >= size ? Math.min(most, size * 2) : size
}

function weigh(sizing: Sizing, { made, now }: Ended): Sizing {
  // Its own objects were made before the time that is measured began.
  if (sizing.since === undefined) return { ...sizing, since: now, calls: 0, objects: 0 }
  const { atOnce, rate, since } = sizing
  const calls = sizing.calls + 1
  const objects = sizing.objects + made
  if (calls < 2 * atOnce || now <= since) return { ...sizing, calls, objects }
  const seen = (1_000 * objects) / (now - since)
  const step = seen > rate * worth ? 1 : seen * worth < rate ? -1 : 0
  return {
    ...sizing,
    atOnce: Math.min(mostAtOnce, Math.max(leastAtOnce, atOnce + step)),
    calls: 0,
    objects: 0,
    since: now,
    rate: seen,
  }
}
