import type { Handlers, Hooks } from "../../handlers/index.ts"
import type { Db } from "../../models/database.ts"
import type { CallRecord } from "../../openstack/cloud/types.ts"
import type { Clouds, RateLimited } from "../clouds/clouds.ts"
import type { BatchSizes } from "./batch-size.ts"

/**
 * How a job of a stage ended. `done`: the stage has ended; `failed`: it is retried after a fault; `given_up`: it was ended
 * after repeated faults; `yielded`: a later job continues it; `fenced`: this worker was taken for dead, and the job belongs
 * to another worker.
 */
export type StageOutcome = "done" | "failed" | "given_up" | "yielded" | "fenced"

/**
 * What the API's actions and the worker share in one process: database, clouds, queue, hooks. An API without a worker has one
 * too.
 */
export interface WorkerContext {
  readonly db: Db
  readonly clouds: Clouds
  /** Run after each save of a migration, a resource or an order. */
  readonly hooks: Hooks
  /** Which handlers are on, and what they do after changes of rows of objects. */
  readonly handlers: Handlers
  /** Batch sizes of a cloud, as this process has measured. @param settingsId id of the cloud's service settings */
  readonly batchSizesOf: (settingsId: number) => BatchSizes
  /** Schema of graphile-worker's tables. */
  readonly queueSchema: string
  /** Called after every call to a cloud. @param cloud name of its service settings */
  readonly onCall?: (call: CallRecord, settingsId: number, cloud: string) => void
  /** Called after every job of a stage. @param ms its duration */
  readonly onStage?: (stage: string, outcome: StageOutcome, ms: number) => void
  /** Called for every pause that a cloud requests of this process. */
  readonly onRateLimited?: (pause: RateLimited) => void
}
