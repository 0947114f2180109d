import { stagePoints, type WorkerKillPoint } from "./kill-worker.ts"

/**
 * A point at which a worker is killed. `request`: this call has reached its cloud, which has not executed it yet. `late`:
 * the same with a write that the cloud executes only after the next worker has sent it again.
 */
export type KillPoint =
  | WorkerKillPoint
  | { readonly at: "request"; readonly count: number }
  | { readonly at: "late"; readonly count: number }

/** What an undisturbed run consists of: as many kill points of each sort. */
export interface RunSize {
  readonly calls: number
  /** The calls to the destination that change something. */
  readonly writes: number
  readonly statements: number
  readonly stages: readonly string[]
}

/** Returns three points for each stage: started, about to end, ended. */
export function stageKillPoints({ stages }: RunSize): readonly KillPoint[] {
  return stages.flatMap((stage) => stagePoints.map((point): KillPoint => ({ at: "stage", stage, point })))
}

/** Returns two points for each call to a cloud: before its execution, and after its response. */
export function callKillPoints({ calls }: RunSize): readonly KillPoint[] {
  return numbers(calls).flatMap((count): KillPoint[] => [
    { at: "request", count },
    { at: "response", count },
  ])
}

/** Returns one point for each write, which the cloud executes late. */
export function lateKillPoints({ writes }: RunSize): readonly KillPoint[] {
  return numbers(writes).map((count): KillPoint => ({ at: "late", count }))
}

/** Returns two points for each database statement: before it is sent, and after it. */
export function statementKillPoints({ statements }: RunSize): readonly KillPoint[] {
  return numbers(statements).flatMap((count): KillPoint[] => [
    { at: "statement", count, sent: false },
    { at: "statement", count, sent: true },
  ])
}

function numbers(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** Returns the name of a point as `npm run chaos -- --at` takes it. */
export function nameOf(point: KillPoint): string {
  if (point.at === "stage") return `${point.stage}:${point.point}`
  const sent = point.at === "statement" ? `:${point.sent ? "sent" : "unsent"}` : ""
  return `${point.at}:${point.count}${sent}`
}

/** @throws Error for a name that is none of a point */
export function killPointOf(name: string): KillPoint {
  const [at = "", count = "", sent = ""] = name.split(":")
  if (at === "request" || at === "response" || at === "late") return { at, count: Number(count) }
  if (at === "statement") return { at, count: Number(count), sent: sent === "sent" }
  const point = stagePoints.find((one) => one === count)
  if (point === undefined)
    throw new Error(
      `"${name}" is not a kill point. Examples: network:started, request:17, late:3, statement:40:sent.`,
    )
  return { at: "stage", stage: at, point }
}
