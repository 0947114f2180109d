import { kinds } from "../kinds/index.ts"

/** A piece of work of a migration: one kind of object, or the check at the end. */
export interface StageSpec {
  readonly name: string
  readonly after: readonly string[]
}

/** The last stage: compares everything and ends the migration. */
export const verifyStage = "verify"

/** The graph of work, from what each kind says it comes after. */
export function stageGraph(): readonly StageSpec[] {
  const stages = kinds.map(({ name, after }): StageSpec => ({ name, after }))
  return [...stages, { name: verifyStage, after: kinds.map(({ name }) => name) }]
}

/** Stages that may start: they wait, and all that they come after is done. */
export function readyStages(stages: readonly (StageSpec & { readonly state: string })[]): readonly string[] {
  const done = new Set(stages.filter((stage) => stage.state === "done").map((stage) => stage.name))
  return stages
    .filter((stage) => stage.state === "waiting" && stage.after.every((name) => done.has(name)))
    .map((stage) => stage.name)
}
