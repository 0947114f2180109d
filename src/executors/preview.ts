import type { AnyKind } from "../kinds/kind.ts"
import type { SourceTenant } from "../planning/source.ts"
import { planWarnings } from "../planning/warnings.ts"
import { planRequest } from "./plan-request.ts"
import type { ValidRequest } from "./request.ts"

/** Requests that go to a cloud each second, by default; see CloudConnection.requestsPerSecond. */
const usualPace = 10

/** Sign-in, catalog look-ups and the lists of the verification, about. */
const fixedCalls = 20

/** What a request would do: the plan as data, what is left out, warnings, and what it costs. */
export function previewPlan(request: ValidRequest, source: SourceTenant) {
  const plan = planRequest(request, source, { username: "", marker: "" })
  const kinds = plan.parts.map(({ kind, objects }) => ({
    kind: kind.name,
    total: objects.length,
    writes: countWrites(kind, objects),
    objects: objects.map(({ key, name, sourceId, body }) => ({
      key,
      name,
      source: sourceId,
      desired: body,
    })),
  }))
  const writes = kinds.reduce((sum, one) => sum + one.writes, 0)
  const calls = writes + fixedCalls
  return {
    name: request.name,
    description: request.description,
    kinds,
    limits: plan.limits.limits,
    quotas: plan.quotas,
    omitted: plan.omitted,
    warnings: planWarnings(source, plan.quotas, request.withPorts),
    estimate: { calls, writes, seconds: Math.ceil(calls / usualPace) },
  }
}

/** Calls that make these objects: as many as there are chunks. */
function countWrites(kind: AnyKind, objects: readonly { readonly body: unknown }[]): number {
  const { size, by } = kind.chunk
  const groups = Map.groupBy(objects, ({ body }) => (by === undefined ? "" : JSON.stringify(by(body))))
  return groups.values().reduce((sum, group) => sum + Math.ceil(group.length / size), 0)
}
