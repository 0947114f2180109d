import { longestChain } from "../src/executors/stage/graph.ts"
import { costOf, countBatches } from "../src/kinds/cost.ts"
import type { TenantPlan } from "../src/kinds/plan-tenant.ts"

/** The least time that a plan can take on a cloud that answers after a fixed time and lets so many calls a second in. */
export interface Limit {
  readonly seconds: number
  /** Calls that wait for each other, by what they are for. */
  readonly chain: readonly string[]
  readonly chainSeconds: number
  /** Calls to the destination that no way of making an exact copy, and of showing that it is one, can do without. */
  readonly calls: number
  /** Their number over the rate. */
  readonly rateSeconds: number
}

/**
 * Beside the writes: the sign-in; the destination's extensions and roles; the groups and rules that the cloud makes by
 * itself, and three quotas, before they are changed; to read back: networks, subnets, routers, ports, groups with their
 * rules, project, user, roles and the quotas; and to see that there is nothing else: address groups, QoS policies,
 * trunks and RBAC policies. What our executor asks for twice, or more than that, does not count.
 */
const necessaryReads = 1 + 2 + 2 + 3 + 8 + 3 + 4

/** Pure. The longest chain counts one call for a stage, two where an interface needs a port of its own before it. */
export function limitOf(parts: TenantPlan["parts"], latencyMs: number, requestsPerSecond: number): Limit {
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

/** Objects that we spread over several calls would have room in fewer. */
function necessaryWrites({ kind, objects }: TenantPlan["parts"][number]): number {
  const { batch } = kind.api
  const spread = countBatches(batch, objects) - countBatches({ ...batch, minSize: batch.maxSize }, objects)
  return costOf(kind, objects).writes - spread
}
