import type { AnyKind } from "../../kinds/kind.ts"
import type { StageItem } from "./items.ts"
import type { PairedItem } from "./journal.ts"

export interface Pairing {
  readonly matched: readonly PairedItem[]
  readonly missing: readonly StageItem[]
  /** Actual objects that are no desired object. */
  readonly unmatched: readonly unknown[]
}

/** Pairs desired with actual objects, one to one. Objects whose id was recorded take no part. Pure. */
export function pair(kind: AnyKind, items: readonly StageItem[], actual: readonly unknown[]): Pairing {
  const recorded = new Set(items.flatMap(({ backendId }) => backendId ?? []))
  const unmatched = new Set(actual.filter((object) => !recorded.has(kind.api.id(object))))
  const matched: PairedItem[] = []
  const missing: StageItem[] = []
  for (const item of items) {
    if (item.backendId !== null) continue
    const found = unmatched.values().find((object) => isMatch(kind, item, object))
    if (found === undefined) missing.push(item)
    else {
      unmatched.delete(found)
      matched.push({ item, actual: found })
    }
  }
  return { matched, missing, unmatched: [...unmatched] }
}

/** Returns whether an actual object is the desired one. Pure. */
export function isMatch(kind: AnyKind, { body }: StageItem, actual: unknown): boolean {
  const { isMatch: matches, compare } = kind.verify
  return matches === undefined ? compare(body, actual).length === 0 : matches(body, actual)
}
