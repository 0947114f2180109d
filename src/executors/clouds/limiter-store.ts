import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import type { Db } from "../../models/database.ts"
import type { CloudConnection } from "../../openstack/cloud/types.ts"
import { defaultLimits, type Limiter } from "../../openstack/index.ts"
import { SharedLimiter, type SlotGrant, type SlotRequest } from "./shared-limiter.ts"

/** The rate limits of all clouds, shared by all processes on one database. */
export interface LimiterStore {
  /** The name under which this process acquires slots. */
  readonly owner: string
  /** Gives this process a new owner name, after it was fenced and has stopped what it did. */
  renewOwner(): Promise<void>
  /**
   * Returns the one limiter of a cloud in this process. Its limits are those of the newest connection.
   * @param settingsId id of the cloud's service settings
   */
  limiter(settingsId: number, connection: CloudConnection): Limiter
  /** Releases all slots and refuses what waits. */
  close(): Promise<void>
}

/** Starts in one window, at most: the limiter's row holds the time of each. */
const maxWindowStarts = 20

/** A slot counts as free after the time limit of its call and this, in milliseconds. */
const slackMs = 5_000

export function openLimiterStore(db: Db): LimiterStore {
  let owner = randomUUID()
  const limiters = new Map<number, SharedLimiter>()
  const limits = new Map<number, RateLimitParameters>()
  return {
    get owner() {
      return owner
    },
    async renewOwner() {
      const before = owner
      owner = randomUUID()
      await db.deleteFrom("openstack_replication.limiter_usage").where("owner", "=", before).execute()
    },
    limiter(settingsId, connection) {
      limits.set(settingsId, limitsOf(connection))
      const limiter =
        limiters.get(settingsId) ??
        new SharedLimiter((request) =>
          acquireSlots(db, { settingsId, owner }, limits.get(settingsId) ?? limitsOf({}), request),
        )
      limiters.set(settingsId, limiter)
      return limiter
    },
    async close() {
      await Promise.all(limiters.values().map((limiter) => limiter.close()))
    },
  }
}

interface GrantRow {
  readonly paused_ms: number
  readonly start_ms: readonly number[]
  readonly alone: boolean
  readonly fenced: boolean
}

async function acquireSlots(
  db: Db,
  { settingsId, owner }: { readonly settingsId: number; readonly owner: string },
  { inFlight: maxInFlight, windowStarts, windowMs, callMs }: RateLimitParameters,
  { inFlight, wanted, pauseMs }: SlotRequest,
): Promise<SlotGrant> {
  const { rows } = await sql<GrantRow>`
    select * from openstack_replication.acquire_slots(
      ${settingsId}, ${owner}, ${inFlight}, ${wanted}, ${pauseMs},
      ${maxInFlight}, ${windowStarts}, ${windowMs}, ${callMs})`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error("acquire_slots returned no row")
  const { paused_ms: pausedMs, start_ms: startsMs, alone, fenced } = row
  return { pausedMs, startsMs, alone, fenced }
}

/** The rate limit of a cloud as `acquire_slots` takes it. */
interface RateLimitParameters {
  readonly inFlight: number
  readonly windowStarts: number
  readonly windowMs: number
  readonly callMs: number
}

/** Converts a rate to starts in a window, so that a rate below one a second works too. */
function limitsOf(connection: Partial<CloudConnection>): RateLimitParameters {
  const { inFlight, requestsPerSecond, timeoutMs } = { ...defaultLimits, ...connection }
  const windowStarts = Math.min(maxWindowStarts, Math.max(1, Math.floor(requestsPerSecond)))
  return {
    inFlight: Math.max(1, Math.floor(inFlight)),
    windowStarts,
    windowMs: (1_000 * windowStarts) / requestsPerSecond,
    callMs: timeoutMs + slackMs,
  }
}
