import type { KindName } from "../planning/kind-names.ts"
import { kindText } from "../planning/kind-names.ts"
import type { Omission, PlanContext, Planned } from "../planning/plan.ts"
import { fitToCloud, noteMapped } from "./fit.ts"
import { kinds } from "./index.ts"
import type { AnyKind } from "./kind.ts"

export interface TenantPlan {
  readonly parts: readonly { readonly kind: AnyKind; readonly objects: readonly Planned<unknown>[] }[]
  readonly omitted: readonly Omission[]
}

/** The whole plan: what every kind wants, and what is left out. Pure. @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT */
export function planTenant(context: PlanContext): TenantPlan {
  const plans = withoutOrphans(kinds.map((kind) => planKind(kind, context)))
  return {
    parts: plans.map(({ kind, objects }) => ({ kind, objects })),
    omitted: [...plans.flatMap(({ omitted }) => omitted), ...(context.source.live?.notCopied ?? [])],
  }
}

interface PlannedKind {
  readonly kind: AnyKind
  readonly objects: readonly Planned<unknown>[]
  readonly omitted: readonly Omission[]
}

/**
 * Leaves out what refers to something that is left out (the tags of a trunk, of whose ports one is not copied): it
 * would wait in vain, and count as missing.
 */
function withoutOrphans(plans: readonly PlannedKind[]): readonly PlannedKind[] {
  const there = new Set(plans.flatMap(({ kind, objects }) => objects.map(({ key }) => `${kind.name}/${key}`)))
  const left = plans.map(({ kind, objects, omitted }) => {
    const orphans = objects.flatMap(({ key, name, body }): readonly Omission[] => {
      const lost = refsOf(body).find((reference) => !there.has(reference))
      return lost === undefined ? [] : [{ kind: kind.name, key, name, reason: whyOrphan(lost) }]
    })
    const gone = new Set(orphans.map(({ key }) => key))
    return { kind, objects: objects.filter(({ key }) => !gone.has(key)), omitted: [...omitted, ...orphans] }
  })
  return left.every(({ objects }, index) => objects.length === plans[index]?.objects.length)
    ? plans
    : withoutOrphans(left)
}

function whyOrphan(reference: string): string {
  const [kind = ""] = reference.split("/")
  return `Its ${kindText(kind)} is not copied.`
}

function planKind(kind: AnyKind, context: PlanContext): PlannedKind {
  const { objects, omitted } = kind.plan.build(context)
  const noted =
    context.mappings.length === 0
      ? objects
      : noteMapped(objects, kind.plan.build({ ...context, mappings: [] }).objects)
  const fitted = fitToCloud(kind.name, noted, context)
  return { kind, objects: fitted.objects, omitted: [...omitted, ...fitted.omitted] }
}

/** The ids of other objects that a body waits for, as `kind/key`. */
export function refsOf(body: unknown): readonly `${KindName}/${string}`[] {
  if (Array.isArray(body)) return body.flatMap(refsOf)
  if (typeof body !== "object" || body === null) return []
  if ("ref" in body && typeof body.ref === "string") return [body.ref as `${KindName}/${string}`]
  return Object.values(body).flatMap(refsOf)
}

/** The body with each reference replaced by what `idOf` says. */
export function resolveRefs(body: unknown, idOf: (ref: string) => string): unknown {
  if (Array.isArray(body)) return body.map((item) => resolveRefs(item, idOf))
  if (typeof body !== "object" || body === null) return body
  if ("ref" in body && typeof body.ref === "string") return idOf(body.ref)
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, resolveRefs(value, idOf)]))
}
