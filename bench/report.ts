import { availableParallelism, cpus } from "node:os"
import type { Cost } from "./measure.ts"
import type { BenchOptions } from "./options.ts"
import type { BenchResult } from "./run.ts"

/** What was measured, where and how, as `--json` writes it. */
export interface BenchReport extends BenchResult {
  readonly machine: {
    readonly cores: number
    readonly cpu: string
    readonly node: string
    readonly platform: string
  }
  readonly recipe: string
  /** The time of the sequential run over that of the plugin. */
  readonly speedup: number | undefined
  readonly minimumSeconds: number
  /** The time of the plugin over the minimum; undefined: without latency there is no minimum. */
  readonly ofMinimum: number | undefined
}

export function reportOf(result: BenchResult, recipe: string): BenchReport {
  const { plugin, sequential, minimum, writesOnly } = result
  const minimumSeconds = minimum?.seconds ?? Math.min(...writesOnly.map(({ seconds }) => seconds))
  return {
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? "",
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    recipe,
    ...result,
    speedup: sequential && sequential.seconds / plugin.seconds,
    minimumSeconds,
    ofMinimum: minimumSeconds > 0 ? plugin.seconds / minimumSeconds : undefined,
  }
}

/** Returns in one line what is needed to repeat the measurement. */
export function recipeOf(
  { size, latencyMs, cloudFile, atOnce }: BenchOptions,
  requestsPerSecond: number,
): string {
  if (cloudFile !== undefined) return `${size} tenant, within one real cloud, ${atOnce[0]} calls at once`
  const gateway = latencyMs === 0 ? "no rate limit" : `rate limits of ${requestsPerSecond} requests/s`
  return `${size} tenant, from one simulated cloud to another, ${latencyMs} ms a call, ${gateway}`
}

/** Returns the report as text. */
export function textOf(report: BenchReport): string {
  const { machine, recipe, plugin, sequential, writesOnly, speedup } = report
  return [
    `machine   ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, ${machine.platform}`,
    `recipe    ${recipe}`,
    "",
    `${"".padEnd(38)}  calls  writes  seconds`,
    costLine("plugin, from POST to OK and verified", plugin),
    ...(sequential === undefined ? [] : [costLine("one call after another", sequential)]),
    ...writesOnly.map((cost) => costLine(`writes alone, ${cost.atOnce} calls at once`, cost)),
    "",
    ...(speedup === undefined ? [] : [`speedup   ${fixed(speedup)} times as fast as one call after another`]),
    ...minimumLines(report),
  ].join("\n")
}

function costLine(name: string, { calls, writes, seconds }: Cost): string {
  const columns = [String(calls).padStart(7), String(writes).padStart(8), fixed(seconds).padStart(9)]
  return name.padEnd(38) + columns.join("")
}

function minimumLines({ minimum, minimumSeconds, ofMinimum, throttled }: BenchReport): readonly string[] {
  const ratio = ofMinimum === undefined ? "" : `; the plugin takes ${ofMinimum.toFixed(2)} times that`
  const first = `minimum   ${fixed(minimumSeconds)} s${ratio}`
  if (minimum === undefined) return [first]
  const { chain, chainSeconds, calls, rateSeconds } = minimum
  return [
    first,
    `          ${fixed(chainSeconds)} s: ${chain.length} calls that wait for each other: ${chain.join(", ")}`,
    `          ${fixed(rateSeconds)} s: ${calls} necessary calls to the destination at its rate limit`,
    `throttled ${throttled} calls refused with 429`,
  ]
}

function fixed(value: number): string {
  return value.toFixed(1)
}
