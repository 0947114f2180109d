import { costOf } from "../../kinds/cost.ts"
import { liveOnlyNames } from "../../planning/attributes.ts"
import type { SourceTenant } from "../../planning/source.ts"
import { type DestinationFacts, destinationWarnings, planWarnings } from "../../planning/warnings.ts"
import { estimatePlan } from "./estimate.ts"
import { planRequest } from "./plan-request.ts"
import type { ValidRequest } from "./request.ts"

/** Shown instead of values that are generated when the migration is created. */
const placeholders = { username: "(generated with the tenant)", marker: "(generated with the tenant)" }

/** Returns what a request would do: the plan, what it omits, warnings, and what it costs. Pure. */
export function previewPlan(request: ValidRequest, source: SourceTenant, destination: DestinationFacts) {
  const plan = planRequest(request, source, placeholders)
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
    unread: liveOnlyNames(),
    estimate: estimatePlan(plan.parts),
  }
}
