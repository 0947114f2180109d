import { isDeepStrictEqual } from "node:util"
import type { Difference } from "../models/own-tables.ts"
import { sorted } from "../planning/unordered.ts"

/** Returns the attributes of `expected` that have another value in `seen`. */
export function differences(
  expected: Readonly<Record<string, unknown>>,
  seen: Readonly<Record<string, unknown>>,
): readonly Difference[] {
  return Object.entries(expected)
    .filter(([attribute, value]) => !isDeepStrictEqual(value, seen[attribute]))
    .map(([attribute, value]) => ({ attribute, expected: value, seen: seen[attribute] ?? null }))
}

/** The same for bodies with live-only attributes: the cloud does not keep the order of their lists. */
export function liveDifferences(
  expected: Readonly<Record<string, unknown>>,
  seen: object,
): readonly Difference[] {
  const shown = seen as Readonly<Record<string, unknown>>
  const inOrder = (value: unknown) => (Array.isArray(value) ? sorted(value) : value)
  return Object.entries(expected).flatMap(([attribute, value]) =>
    differences({ [attribute]: inOrder(value) }, { [attribute]: inOrder(shown[attribute]) }),
  )
}
