import type { Rollback } from "../../models/own-tables.ts"
import type { PlanInputs } from "../../planning/inputs.ts"

/** What the stages of one migration share. */
export interface Run {
  /** Id of the destination's service settings. */
  readonly settingsId: number
  /** Id of the source's service settings. */
  readonly srcSettingsId: number
  /** Id of the destination tenant. */
  readonly tenantId: number
  readonly marker: string
  /** What the plan was made from besides the source. */
  readonly inputs: PlanInputs
  /** Whether the migration was cancelled before the stage started. */
  readonly cancelled: boolean
  /** Whether the migration has ended before, so that the stage is a verification on request. */
  readonly ended: boolean
  /** Whether the migration has ever been OK: from then on, others may use the tenant. */
  readonly everOk: boolean
  readonly rollback: Rollback | null
}
