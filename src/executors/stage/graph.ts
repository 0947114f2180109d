import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"

/** A node of the stage graph. */
export interface StageSpec {
  readonly name: string
  readonly dependsOn: readonly string[]
}

/** Name of the first stage, which reads the live source and plans again. */
export const surveyStage = "survey"

/** Name of the last stage, which compares both clouds with the plan and ends the migration. */
export const verifyStage = "verify"

/** Returns the stage graph: one stage for each kind, between the survey and the verification. */
export function stageGraph(): readonly StageSpec[] {
  const stages = kinds.map(
    ({ name, after, plan }): StageSpec => ({
      name,
      dependsOn: plan.needsSurvey ? [...after, surveyStage] : after,
    }),
  )
  return [
    { name: surveyStage, dependsOn: [] },
    ...stages,
    { name: verifyStage, dependsOn: kinds.map(({ name }) => name) },
  ]
}

/** Name of the stage that deletes what the others have created. It is not in the graph: a user requests it. */
export const rollbackStage = "rollback"

/** Returns the kinds in the order in which their objects can be deleted: dependents first. */
export function removalOrder(): readonly AnyKind[] {
  const order = inOrder(kinds.map(({ name, after }) => ({ name, dependsOn: after }))).map(({ name }) => name)
  return kinds.toSorted((a, b) => order.indexOf(b.name) - order.indexOf(a.name))
}

/** Returns all stages that depend on a stage, directly or not. */
export function dependents(stage: string): readonly string[] {
  const found = new Set([stage])
  for (const { name, dependsOn } of inOrder(stageGraph()))
    if (dependsOn.some((one) => found.has(one))) found.add(name)
  return [...found].filter((name) => name !== stage)
}

/**
 * Returns the waiting stages whose dependencies are done. `idle` stages have nothing to do and are done without a start;
 * the others are `ready`. Pure.
 * @param busy kinds with objects that have no outcome yet
 */
export function nextStages(
  stages: readonly (StageSpec & { readonly state: string })[],
  busy: ReadonlySet<string>,
): { readonly ready: readonly string[]; readonly idle: readonly string[] } {
  const done = new Set(stages.filter((stage) => stage.state === "done").map((stage) => stage.name))
  const waiting = inOrder(stages).filter((stage) => stage.state === "waiting")
  const ready: string[] = []
  const idle: string[] = []
  for (const { name, dependsOn } of waiting) {
    if (!dependsOn.every((one) => done.has(one))) continue
    if (name === surveyStage || name === verifyStage || busy.has(name)) ready.push(name)
    else {
      idle.push(name)
      done.add(name)
    }
  }
  return { ready, idle }
}

/**
 * Returns the longest chain of stages of which each has to wait for the one before. Pure.
 * @param busy kinds that have something to do
 * @param weight of a stage: its calls that wait for each other
 */
export function longestChain(
  busy: ReadonlySet<string>,
  weight: (stage: string) => number = () => 1,
): readonly string[] {
  const graph = new Map(stageGraph().map((stage) => [stage.name, stage.dependsOn]))
  const known = new Map<string, { readonly length: number; readonly stages: readonly string[] }>()
  const chainTo = (name: string): { readonly length: number; readonly stages: readonly string[] } => {
    const found = known.get(name)
    if (found !== undefined) return found
    const before = (graph.get(name) ?? []).map(chainTo)
    const none = { length: 0, stages: [] as readonly string[] }
    const longest = before.reduce((most, one) => (one.length > most.length ? one : most), none)
    const idle = !busy.has(name) && name !== surveyStage && name !== verifyStage
    const chain = idle
      ? longest
      : { length: longest.length + weight(name), stages: [...longest.stages, name] }
    known.set(name, chain)
    return chain
  }
  return chainTo(verifyStage).stages
}

/** Sorts stages so that each follows its dependencies. @throws Error where stages depend on each other */
function inOrder<Spec extends StageSpec>(stages: readonly Spec[]): readonly Spec[] {
  const order: Spec[] = []
  const placed = new Set<string>()
  while (order.length < stages.length) {
    const next = stages.find(
      ({ name, dependsOn }) => !placed.has(name) && dependsOn.every((one) => placed.has(one)),
    )
    if (next === undefined) {
      const cyclic = stages.filter(({ name }) => !placed.has(name)).map(({ name }) => name)
      throw new Error(`cyclic dependency between stages: ${cyclic.join(", ")}`)
    }
    placed.add(next.name)
    order.push(next)
  }
  return order
}
