import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { Trx } from "../../models/database.ts"
import type { Cloud } from "../../openstack/cloud/types.ts"
import type { Interruption } from "../queue/interruption.ts"
import type { StageClaim } from "./claim.ts"
import type { Run } from "./run.ts"
import type { WorkerContext } from "./worker-context.ts"

/** What is done in the transaction that ends a stage. */
export type StageEnd = (trx: Trx) => Promise<void>

/** A stage as one worker has claimed it. */
export interface ClaimedStage {
  readonly ctx: WorkerContext
  readonly claim: StageClaim
  readonly run: Run
}

/** The clouds of a migration. Their calls are counted for the stage, and end or are aborted when it is interrupted. */
export interface StageClouds {
  source(): Promise<Cloud>
  destination(): Promise<Cloud>
  /** The destination project, with an empty cache of what was read of it. */
  context(): Promise<CloudContext>
  /** Aborted when the stage is interrupted in any way. */
  readonly stopped: AbortSignal | undefined
}

/** What a stage runs with. */
export interface StageSession extends ClaimedStage {
  readonly clouds: StageClouds
  readonly interruption: Interruption
}

/**
 * A stage of a migration. Each stage may be run again at any time and by any worker: what is recorded as done stays as it
 * is.
 */
export interface Stage {
  readonly name: string
  /**
   * Whether the stage can be preempted when its time slice is over. A stage that only reads cannot: it would begin again
   * each time.
   */
  readonly divisible: boolean
  /**
   * Works on the stage to its end.
   * @returns what is done in the transaction that ends the stage
   * @throws StageYield where it was interrupted, or a cloud requested a long pause
   */
  run(session: StageSession): Promise<StageEnd | undefined>
  /**
   * Ends the stage without working on it, because of repeated faults that are not a cloud's, so that its migration ends.
   * @param reason human-readable
   * @returns what is done in the transaction that ends the stage
   */
  giveUp(stage: ClaimedStage, reason: string): Promise<StageEnd | undefined>
}
