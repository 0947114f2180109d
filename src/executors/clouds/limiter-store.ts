import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import type { Db } from "../../models/database.ts"
import type { CloudConnection } from "../../openstack/cloud/types.ts"
import { defaultLimits, type Limiter } from "../../openstack/index.ts"
import { SharedLimiter, type SlotGrant, type SlotRequest } from "./shared-limiter.ts"

/** The pace of each cloud, shared by all processes on one database. */
export interface LimiterStore {
  /** Under which this process makes its calls now. */
  readonly owner: string
  /** After this process was taken for dead, and has stopped what it did: further calls go under a new name. */
  renewOwner(): Promise<void>
  /** The one gate of a cloud in this process; its limits are those of the newest connection. */
  limiter(settingsId: number, connection: CloudConnection): Limiter
  /** Gives all places back; what still waits is refused. */
  close(): Promise<void>
}

/** A window holds so many starts at most, so that the row of a fast lane stays small. */
const mostStarts = 20

/** A call may outlast its time limit by this, in milliseconds, before its place counts as free. */
const slackMs = 5_000

interface Answer {
  readonly paused_ms: number
  readonly start_ms: readonly number[]
  readonly alone: boolean
  readonly fenced: boolean
}

export function openLimiterStore(db: Db): LimiterStore {
  let owner = randomUUID()
  const limiters = new Map<number, SharedLimiter>()
  const limits = new Map<number, Limits>()
  const ask = async (settingsId: number, { running, wanted, pauseMs }: SlotRequest): Promise<SlotGrant> => {
    const { inFlight, starts, windowMs, callMs } = limits.get(settingsId) ?? limitsOf({})
    const { rows } = await sql<Answer>`
      select * from openstack_replication.acquire_slots(
        ${settingsId}, ${owner}, ${running}, ${wanted}, ${pauseMs},
        ${inFlight}, ${starts}, ${windowMs}, ${callMs})`.execute(db)
    const [row] = rows
    if (row === undefined) throw new Error("acquire_slots answered nothing")
    const { paused_ms: pausedMs, start_ms: startsMs, alone, fenced } = row
    return { pausedMs, startsMs, alone, fenced }
  }
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
      const limiter = limiters.get(settingsId) ?? new SharedLimiter((told) => ask(settingsId, told))
      limiters.set(settingsId, limiter)
      return limiter
    },
    async close() {
      await Promise.all(limiters.values().map((limiter) => limiter.close()))
    },
  }
}

interface Limits {
  readonly inFlight: number
  readonly starts: number
  readonly windowMs: number
  readonly callMs: number
}

function limitsOf(connection: Partial<CloudConnection>): Limits {
  const { inFlight, requestsPerSecond, timeoutMs } = { ...defaultLimits, ...connection }
  const starts = Math.min(mostStarts, Math.max(1, Math.floor(requestsPerSecond)))
  return {
    inFlight: Math.max(1, Math.floor(inFlight)),
    starts,
    windowMs: (1_000 * starts) / requestsPerSecond,
    callMs: timeoutMs + slackMs,
  }
}
