import { availableParallelism, cpus } from "node:os"
import type { Cost } from "./measure.ts"
import type { BenchOptions } from "./options.ts"
import type { BenchResult } from "./run.ts"

/** What was measured, where and how, as it is written to a file. */
export interface BenchReport extends BenchResult {
  readonly machine: {
    readonly cores: number
    readonly cpu: string
    readonly node: string
    readonly platform: string
  }
  readonly recipe: string
  /** How many times as long the original's order takes. */
  readonly ratio: number | undefined
  readonly limitSeconds: number
  /** How many times the limit ours takes; undefined: there is none without delay. */
  readonly ofLimit: number | undefined
}

export function reportOf(result: BenchResult, recipe: string): BenchReport {
  const { ours, original, limit, bare } = result
  const limitSeconds = limit?.seconds ?? Math.min(...bare.map(({ seconds }) => seconds))
  return {
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? "",
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    recipe,
    ...result,
    ratio: original && original.seconds / ours.seconds,
    limitSeconds,
    ofLimit: limitSeconds > 0 ? ours.seconds / limitSeconds : undefined,
  }
}

/** The recipe in one line: all that one needs to do it again. */
export function recipeOf(
  { size, latencyMs, cloudFile, atOnce }: BenchOptions,
  requestsPerSecond: number,
): string {
  if (cloudFile !== undefined) return `${size} tenant, within one real cloud, ${atOnce[0]} calls at once`
  const gateway = latencyMs === 0 ? "no gateway" : `gateways at ${requestsPerSecond} requests/s`
  return `${size} tenant, from one simulated cloud to another, ${latencyMs} ms a call, ${gateway}`
}

/** The report for people. */
export function textOf(report: BenchReport): string {
  const { machine, recipe, ours, original, limit, bare, throttled, ratio, ofLimit } = report
  const line = (name: string, cost: Cost) =>
    `${name.padEnd(34)}${String(cost.calls).padStart(7)}${String(cost.writes).padStart(8)}${fixed(cost.seconds).padStart(9)}`
  return [
    `machine   ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, ${machine.platform}`,
    `recipe    ${recipe}`,
    "",
    `${"".padEnd(34)}  calls  writes  seconds`,
    line("ours, from POST to OK and verified", ours),
    ...(original === undefined ? [] : [line("one call after another", original)]),
    ...bare.map((one) => line(`bare writes, ${one.atOnce} calls at once`, one)),
    "",
    ...(ratio === undefined ? [] : [`ratio     ${fixed(ratio)} times as fast as one call after another`]),
    `limit     ${fixed(report.limitSeconds)} s${ofLimit === undefined ? "" : `, and ours takes ${ofLimit.toFixed(2)} times that`}`,
    ...(limit === undefined
      ? []
      : [
          `          ${fixed(limit.chainSeconds)} s: ${limit.chain.length} calls that wait for each other: ${limit.chain.join(", ")}`,
          `          ${fixed(limit.rateSeconds)} s: ${limit.calls} necessary calls to the destination at the gateway's rate`,
          `refused   ${throttled} calls by the gateways`,
        ]),
  ].join("\n")
}

function fixed(value: number): string {
  return value.toFixed(1)
}
