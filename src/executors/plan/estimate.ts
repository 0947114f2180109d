import { costOf } from "../../kinds/cost.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import { defaultLimits } from "../../openstack/index.ts"
import { longestChain } from "../stage/graph.ts"

/** Sign-in, the destination's extensions, and what the verification reads: nine collections, project, user, roles, quotas. */
const fixedReads = 2 + 9 + 3 + 3

/** About what a call takes on a cloud that is not busy, with what the worker does before and after it. */
const secondsPerStep = 0.3

/** Seconds for the rows of the request and the reading of the source. */
const beginning = 1

/** What a plan costs. Pure. */
export interface Estimate {
  /** Calls to the destination: sign-in, survey and verification included. */
  readonly calls: number
  /** Those of them that change something. */
  readonly writes: number
  /** At the usual pace. */
  readonly seconds: number
}

/** What it costs to carry out a plan. Pure. */
export function estimatePlan(parts: TenantPlan["parts"]): Estimate {
  const costs = parts.map(({ kind, objects }) => costOf(kind, objects))
  const writes = costs.reduce((sum, cost) => sum + cost.writes, 0)
  const calls = costs.reduce((sum, cost) => sum + cost.reads, writes + fixedReads)
  const busy = new Set<string>(parts.flatMap(({ kind, objects }) => (objects.length > 0 ? kind.name : [])))
  // A pace lets the calls of its first second come at once.
  const byPace = Math.max(0, calls - defaultLimits.requestsPerSecond) / defaultLimits.requestsPerSecond
  const byChain = longestChain(busy).length * secondsPerStep
  return { calls, writes, seconds: Math.ceil(beginning + Math.max(byPace, byChain)) }
}
