import type { Hooks } from "../../handlers/index.ts"
import type { Db } from "../../models/database.ts"
import type { PauseCause } from "../../openstack/index.ts"
import type { CallRecord, Cloud } from "../../openstack/types.ts"
import type { Sizes } from "./batch-sizes.ts"

/** The clouds of the host, each signed in once in this process. */
export interface Clouds {
  /** @param settingsId id of the row of the service settings. @throws NO_SUCH_CLOUD */
  get(settingsId: number): Promise<Cloud>
  /** Under which this process makes its calls: by it, others can keep one that was taken for dead from making any. */
  readonly owner: string
  /** After this process was taken for dead, and has stopped what it did: its calls go on under a new name. */
  renewOwner(): Promise<void>
  close(): Promise<void>
}

/**
 * How a job ended that ran a stage: `failed` is tried again, `given_up` is not; another worker has it after
 * `handed_over` (this one stops) and `taken_over` (this one was held for dead).
 */
export type StageOutcome = "done" | "failed" | "given_up" | "handed_over" | "taken_over"

/** A cloud asked to slow down: no call to it starts for a while. */
export interface RateLimited extends PauseCause {
  /** Id of the cloud's service settings. */
  readonly settingsId: number
  /** Name of the cloud. */
  readonly cloud: string
  /** How long, in milliseconds, from now. */
  readonly ms: number
}

/** What every task of the worker works with. */
export interface WorkerContext {
  readonly db: Db
  readonly clouds: Clouds
  readonly hooks: Hooks
  /** What this process has learned of a cloud. @param settingsId id of the row of the service settings */
  readonly sizesOf: (settingsId: number) => Sizes
  /** Schema of graphile-worker's tables. */
  readonly queueSchema: string
  /** Told of every call to a cloud. @param cloud name of its service settings */
  readonly onCall?: (call: CallRecord, settingsId: number, cloud: string) => void
  /** Told of every end of a job that ran a stage, with the time it took. */
  readonly onStage?: (stage: string, outcome: StageOutcome, ms: number) => void
  /** Told of every pause that a cloud asked this process for, e.g. for metrics. */
  readonly onRateLimited?: (pause: RateLimited) => void
}
