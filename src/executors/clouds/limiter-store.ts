import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import type { Db } from "../../models/database.ts"
import type { Gate } from "../../openstack/index.ts"
import { defaultLimits } from "../../openstack/timing.ts"
import type { CloudConnection } from "../../openstack/types.ts"
import { LaneGate, type Told, type Turn } from "./shared-limiter.ts"

/** The pace of each cloud, shared by all processes on one database. */
export interface Lanes {
  /** Under which this process makes its calls now. */
  readonly holder: string
  /** After this process was taken for dead, and has stopped what it did: further calls go under a new name. */
  renewHolder(): Promise<void>
  /** The one gate of a cloud in this process; its limits are those of the newest connection. */
  gate(settingsId: number, connection: CloudConnection): Gate
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

export function openLanes(db: Db): Lanes {
  let holder = randomUUID()
  const gates = new Map<number, LaneGate>()
  const limits = new Map<number, Limits>()
  const ask = async (settingsId: number, { running, wanted, pauseMs }: Told): Promise<Turn> => {
    const { inFlight, starts, windowMs, callMs } = limits.get(settingsId) ?? limitsOf({})
    const { rows } = await sql<Answer>`
      select * from openstack_replication.lane_turn(
        ${settingsId}, ${holder}, ${running}, ${wanted}, ${pauseMs},
        ${inFlight}, ${starts}, ${windowMs}, ${callMs})`.execute(db)
    const [row] = rows
    if (row === undefined) throw new Error("lane_turn answered nothing")
    const { paused_ms: pausedMs, start_ms: startsMs, alone, fenced } = row
    return { pausedMs, startsMs, alone, fenced }
  }
  return {
    get holder() {
      return holder
    },
    async renewHolder() {
      const before = holder
      holder = randomUUID()
      await db.deleteFrom("openstack_replication.lane_hold").where("holder", "=", before).execute()
    },
    gate(settingsId, connection) {
      limits.set(settingsId, limitsOf(connection))
      const gate = gates.get(settingsId) ?? new LaneGate((told) => ask(settingsId, told))
      gates.set(settingsId, gate)
      return gate
    },
    async close() {
      await Promise.all(gates.values().map((gate) => gate.close()))
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
