import { kinds } from "../../kinds/index.ts"
import { rollback } from "../rollback/stage.ts"
import { kindStage } from "../stage/kind-stage.ts"
import type { Stage } from "../stage/stage.ts"
import { survey } from "../survey/stage.ts"
import { verification } from "../verify/stage.ts"

/** Every stage that a worker can run: one for each kind, and three of their own. */
const stages: ReadonlyMap<string, Stage> = new Map(
  [survey, ...kinds.map(kindStage), verification, rollback].map((stage) => [stage.name, stage]),
)

/** Returns the stage of a name. A stage of another version's kind has nothing to do here. */
export function stageNamed(name: string): Stage {
  const nothing = async () => undefined
  return stages.get(name) ?? { name, divisible: false, run: nothing, giveUp: nothing }
}
