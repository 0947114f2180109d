import { costOf } from "../../kinds/cost.ts"
import { liveOnly } from "../../planning/attributes.ts"
import type { SourceTenant } from "../../planning/source.ts"
import { type DestinationFacts, destinationWarnings, planWarnings } from "../../planning/warnings.ts"
import { estimatePlan } from "./estimate.ts"
import { planRequest } from "./plan-request.ts"
import type { ValidRequest } from "./request.ts"

/** What is made up when it is asked for stands so in a preview. */
const unmade = { username: "(made with the tenant)", marker: "(made with the tenant)" }

/** What a request would do: the plan as data, what is left out, warnings, and what it costs. Pure. */
export function previewPlan(request: ValidRequest, source: SourceTenant, destination: DestinationFacts) {
  const plan = planRequest(request, source, unmade)
  const kinds = plan.parts.map(({ kind, objects }) => ({
    kind: kind.name,
    total: objects.length,
    writes: costOf(kind, objects).writes,
    objects: objects.map(({ key, name, sourceId, body, notes }) => ({
      key,
      name,
      source: sourceId,
      desired: body,
      mapped: notes?.mapped ?? {},
    })),
  }))
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
    estimate: estimatePlan(plan.parts),
  }
}
