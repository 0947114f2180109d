import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"

/** A piece of work of a migration: one kind of object, or the check at the end. */
export interface StageSpec {
  readonly name: string
  readonly dependsOn: readonly string[]
}

/** The first stage: reads the live source, and plans anew. */
export const surveyStage = "survey"

/** The last stage: compares everything and ends the migration. */
export const verifyStage = "verify"

/** The graph of work, from what each kind says it comes after. */
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

/** Not of the graph: takes away what the other stages have made, when somebody asks for that. */
export const rollbackStage = "rollback"

/** Kinds in the order in which their objects can be removed: what needs another goes before it. */
export function removalOrder(): readonly AnyKind[] {
  const order = inOrder(kinds.map(({ name, after }) => ({ name, dependsOn: after }))).map(({ name }) => name)
  return kinds.toSorted((a, b) => order.indexOf(b.name) - order.indexOf(a.name))
}

/** All stages that come after one, directly or not. */
export function dependents(stage: string): readonly string[] {
  const found = new Set([stage])
  for (const { name, dependsOn } of inOrder(stageGraph()))
    if (dependsOn.some((one) => found.has(one))) found.add(name)
  return [...found].filter((name) => name !== stage)
}

/**
 * What comes next: `ready` stages wait, and all that they come after is done; `idle` ones have nothing to do, and are
 * done without being started.
 * @param busy kinds with objects that are not made yet
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
 * The stages that wait for each other longest: none of them can begin before the one in front of it has ended.
 * @param busy kinds that have something to do
 * @param weight calls of a stage that wait for each other
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

/** Stages so that each stands behind all that it comes after. */
function inOrder<Stage extends StageSpec>(stages: readonly Stage[]): readonly Stage[] {
  const order: Stage[] = []
  const placed = new Set<string>()
  while (order.length < stages.length) {
    const next = stages.find(
      ({ name, dependsOn }) => !placed.has(name) && dependsOn.every((one) => placed.has(one)),
    )
    if (next === undefined) throw new Error("The kinds come after each other in a circle.")
    placed.add(next.name)
    order.push(next)
  }
  return order
}
