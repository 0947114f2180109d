import type { Db } from "../../models/database.ts"
import { StageYield } from "./interruption.ts"
import { hasWaitingMigrations } from "./jobs.ts"

/** The time slice of a stage: long compared with the cost of starting the stage again, which is one list request. */
const defaultTimeSliceMs = 10_000

/** A stage that got no slot for any call yields after this time. */
const noSlotMs = 10_000

/** Time between two checks for waiting migrations once the slice is over. */
const checkMs = 1_000

/** The part of a worker that one stage may use before stages of other migrations run. */
export interface TimeSlice {
  /** Aborted with a StageYield once the slice is over and other migrations wait. */
  readonly preempt: AbortSignal
  /** Counts a call of the stage. */
  recordCall(call: { readonly write: boolean; readonly status: number }): void
  end(): void
}

/**
 * Starts the time slice of a stage. A stage is not preempted before one of its writes has succeeded: a stage that only
 * lists, or whose writes all fail, would never end. A stage without any call may as well wait in the queue.
 * @param migration id of the stage's migration; the jobs of other migrations count as waiting
 */
export function startTimeSlice(
  db: Db,
  queueSchema: string,
  migration: number,
  timeSliceMs = defaultTimeSliceMs,
): TimeSlice {
  const began = performance.now()
  const preempt = new AbortController()
  let calls = 0
  let writes = 0
  let timer: NodeJS.Timeout | undefined
  const check = async () => {
    const mayYield = writes > 0 || (calls === 0 && performance.now() - began > noSlotMs)
    const yields = mayYield && (await hasWaitingMigrations(db, queueSchema, migration).catch(() => false))
    if (timer === undefined) return
    if (yields) preempt.abort(new StageYield("its time slice is over, and other migrations wait"))
    else timer = setTimeout(check, Math.min(timeSliceMs, checkMs))
  }
  timer = setTimeout(check, timeSliceMs)
  return {
    preempt: preempt.signal,
    recordCall({ write, status }) {
      calls += 1
      if (write && status >= 200 && status < 300) writes += 1
    },
    end() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
