import { longestChain } from "../src/executors/stage/graph.ts"
import { costOf, countBatches } from "../src/kinds/cost.ts"
import type { TenantPlan } from "../src/kinds/plan-tenant.ts"

/** The minimum time for a plan on a cloud with a fixed latency and a rate limit. */
export interface Minimum {
  readonly seconds: number
  /** The longest chain of calls that wait for each other, by stage. */
  readonly chain: readonly string[]
  readonly chainSeconds: number
  /** Calls to the destination that every exact and verified copy needs. */
  readonly calls: number
  /** The time that they take at the rate limit. */
  readonly rateSeconds: number
}

/**
 * Calls besides the writes: the sign-in; the destination's extensions and roles; the auto-created groups and rules and
 * three quotas, before they are changed; for the verification networks, subnets, routers, ports, groups with their rules,
 * project, user, roles and the quotas; and to find unmanaged resources address groups, QoS policies, trunks and RBAC
 * policies. Calls that the plugin makes beyond these do not count.
 */
const necessaryReads = 1 + 2 + 2 + 3 + 8 + 3 + 4

/** Computes the minimum. A stage counts one call in the chain, or two where an interface needs a port of its own first. */
export function minimumTime(
  parts: TenantPlan["parts"],
  latencyMs: number,
  requestsPerSecond: number,
): Minimum {
  const busy = new Set<string>(parts.flatMap(({ kind, objects }) => (objects.length > 0 ? kind.name : [])))
  const interfaces = parts.find(({ kind }) => kind.name === "interface")?.objects ?? []
  const twice = interfaces.some(({ body }) => (body as { readonly is_gateway: boolean }).is_gateway === false)
  const weightOf = (stage: string) => (stage === "interface" && twice ? 2 : 1)
  const stages = longestChain(busy, weightOf)
  const chain = [
    "sign-in",
    ...stages.flatMap((stage) => Array.from({ length: weightOf(stage) }, () => stage)),
  ]
  const writes = parts.reduce((sum, part) => sum + necessaryWrites(part), 0)
  const calls = writes + necessaryReads
  const chainSeconds = (chain.length * latencyMs) / 1_000
  const rateSeconds = calls / requestsPerSecond
  return { seconds: Math.max(chainSeconds, rateSeconds), chain, chainSeconds, calls, rateSeconds }
}

/** Returns the writes in batches of the maximum size: the plugin spreads objects over more batches to run them in parallel. */
function necessaryWrites({ kind, objects }: TenantPlan["parts"][number]): number {
  const { batch } = kind.api
  const spread = countBatches(batch, objects) - countBatches({ ...batch, minSize: batch.maxSize }, objects)
  return costOf(kind, objects).writes - spread
}
