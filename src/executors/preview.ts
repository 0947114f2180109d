import type { AnyKind } from "../kinds/kind.ts"
import { liveOnly } from "../planning/attributes.ts"
import type { SourceTenant } from "../planning/source.ts"
import { type DestinationFacts, destinationWarnings, planWarnings } from "../planning/warnings.ts"
import { planRequest } from "./plan-request.ts"
import type { ValidRequest } from "./request.ts"

/** Requests that go to a cloud each second, by default; see CloudConnection.requestsPerSecond. */
const usualPace = 10

/** Sign-in, look-ups, and the lists of stages and verification, about. */
const fixedCalls = 24

/** What is made up when it is asked for stands so in a preview. */
const unmade = { username: "(made with the tenant)", marker: "(made with the tenant)" }

/** What a request would do: the plan as data, what is left out, warnings, and what it costs. Pure. */
export function previewPlan(request: ValidRequest, source: SourceTenant, destination: DestinationFacts) {
  const plan = planRequest(request, source, unmade)
  const kinds = plan.parts.map(({ kind, objects }) => ({
    kind: kind.name,
    total: objects.length,
    writes: countWrites(kind, objects),
    objects: objects.map(({ key, name, sourceId, body, notes }) => ({
      key,
      name,
      source: sourceId,
      desired: body,
      mapped: notes?.mapped ?? {},
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
    warnings: [
      ...planWarnings(source, plan.quotas, request.withPorts),
      ...destinationWarnings(destination, plan.limits.limits),
    ],
    unread: liveOnly(),
    estimate: { calls, writes, seconds: Math.ceil(calls / usualPace) },
  }
}

/** Calls that make these objects: as many as there are chunks. */
function countWrites(kind: AnyKind, objects: readonly { readonly body: unknown }[]): number {
  const { size, by } = kind.chunk
  const groups = Map.groupBy(objects, ({ body }) => (by === undefined ? "" : JSON.stringify(by(body))))
  return groups.values().reduce((sum, group) => sum + Math.ceil(group.length / size), 0)
}
