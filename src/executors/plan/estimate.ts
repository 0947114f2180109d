import { costOf } from "../../kinds/cost.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import { defaultLimits } from "../../openstack/index.ts"
import { longestChain } from "../stage/graph.ts"

/** Calls of every plan: sign-in, extensions, and the reads of the verification (nine collections, project, user, roles, quotas). */
const baseCalls = 2 + 9 + 3 + 3

/** Reads of the default handlers at the end: flavors, images, volume types, zones of machines and of volumes. */
const handlerCalls = 5

/** Duration of a stage of one call on an idle cloud, with the work before and after the call. */
const secondsPerStage = 0.3

/** Duration of storing the request and of the survey. */
const secondsBefore = 1

/** What it costs to carry out a plan. */
export interface Estimate {
  /** Calls to the destination, with sign-in, survey and verification. */
  readonly calls: number
  /** Calls that create or change something; they are part of `calls`. */
  readonly writes: number
  /** Duration at the default rate limit, in seconds. */
  readonly seconds: number
}

/** Estimates what it costs to carry out a plan. Pure. */
export function estimatePlan(parts: TenantPlan["parts"]): Estimate {
  const costs = parts.map(({ kind, objects }) => costOf(kind, objects))
  const writes = costs.reduce((sum, cost) => sum + cost.writes, 0)
  const calls = costs.reduce((sum, cost) => sum + cost.reads, writes + baseCalls + handlerCalls)
  const busy = new Set<string>(parts.flatMap(({ kind, objects }) => (objects.length > 0 ? kind.name : [])))
  const { requestsPerSecond } = defaultLimits
  // The calls of the first second start at once.
  const byRate = Math.max(0, calls - requestsPerSecond) / requestsPerSecond
  const byChain = longestChain(busy).length * secondsPerStage
  return { calls, writes, seconds: Math.ceil(secondsBefore + Math.max(byRate, byChain)) }
}
