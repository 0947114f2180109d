import type { KindName } from "../planning/kind-names.ts"
import { kindText } from "../planning/kind-names.ts"
import type { Omission, PlanContext, Planned } from "../planning/plan.ts"
import { kinds } from "./index.ts"
import type { AnyKind } from "./kind.ts"
import { noteMapped, withoutUnsupported } from "./notes.ts"

export interface TenantPlan {
  readonly parts: readonly { readonly kind: AnyKind; readonly objects: readonly Planned<unknown>[] }[]
  readonly omitted: readonly Omission[]
}

/**
 * Returns the whole plan: the desired objects of every kind, and what is omitted. Pure.
 * @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT
 */
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
 * Omits what refers to an omitted object (the tags of a trunk, if one of the trunk's ports is not copied): it could
 * never be created, and would count as missing.
 */
function withoutOrphans(plans: readonly PlannedKind[]): readonly PlannedKind[] {
  const planned = new Set(
    plans.flatMap(({ kind, objects }) => objects.map(({ key }) => `${kind.name}/${key}`)),
  )
  const remaining = plans.map(({ kind, objects, omitted }) => {
    const orphans = objects.flatMap(({ key, name, body }): readonly Omission[] => {
      const missing = refsOf(body).find((reference) => !planned.has(reference))
      return missing === undefined ? [] : [{ kind: kind.name, key, name, reason: orphanReason(missing) }]
    })
    const orphanKeys = new Set(orphans.map(({ key }) => key))
    return {
      kind,
      objects: objects.filter(({ key }) => !orphanKeys.has(key)),
      omitted: [...omitted, ...orphans],
    }
  })
  return remaining.every(({ objects }, index) => objects.length === plans[index]?.objects.length)
    ? plans
    : withoutOrphans(remaining)
}

function orphanReason(reference: string): string {
  const [kind = ""] = reference.split("/")
  return `Its ${kindText(kind)} is not copied.`
}

function planKind(kind: AnyKind, context: PlanContext): PlannedKind {
  const { objects, omitted } = kind.plan.build(context)
  const noted =
    context.mappings.length === 0
      ? objects
      : noteMapped(objects, kind.plan.build({ ...context, mappings: [] }).objects)
  const supported = withoutUnsupported(kind.name, noted, context)
  return { kind, objects: supported.objects, omitted: [...omitted, ...supported.omitted] }
}

/** Returns the other objects to which a body refers, as `kind/key`. */
export function refsOf(body: unknown): readonly `${KindName}/${string}`[] {
  if (Array.isArray(body)) return body.flatMap(refsOf)
  if (typeof body !== "object" || body === null) return []
  if ("ref" in body && typeof body.ref === "string") return [body.ref as `${KindName}/${string}`]
  return Object.values(body).flatMap(refsOf)
}

/** Returns the body with each reference replaced by the id that `idOf` returns. */
export function resolveRefs(body: unknown, idOf: (ref: string) => string): unknown {
  if (Array.isArray(body)) return body.map((item) => resolveRefs(item, idOf))
  if (typeof body !== "object" || body === null) return body
  if ("ref" in body && typeof body.ref === "string") return idOf(body.ref)
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, resolveRefs(value, idOf)]))
}
