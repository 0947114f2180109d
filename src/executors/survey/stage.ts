import { throwIfInterrupted } from "../queue/interruption.ts"
import { surveyStage } from "../stage/graph.ts"
import type { Stage } from "../stage/stage.ts"
import { storeSurvey } from "./store-survey.ts"
import { surveyTenant } from "./survey.ts"

/** The stage that reads the live source and plans again. */
export const survey: Stage = {
  name: surveyStage,
  divisible: false,
  async run({ ctx, claim, run, clouds, interruption }) {
    if (run.cancelled) return undefined
    const surveyed = await surveyTenant(ctx.db, clouds, run.inputs)
    // A call that was interrupted must not pass for a cloud that cannot be read.
    throwIfInterrupted(interruption)
    return (trx) => storeSurvey(trx, claim.migration, surveyed, ctx.handlers.objects)
  },
  // The objects stay as they were planned from the host rows.
  giveUp: async () => undefined,
}
