import type { Difference } from "../models/own-tables.ts"

/** Deep equality of plain values; the order of keys does not matter. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]))
  }
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The attributes of `expected` that `seen` shows otherwise. */
export function differences(
  expected: Readonly<Record<string, unknown>>,
  seen: Readonly<Record<string, unknown>>,
): readonly Difference[] {
  return Object.entries(expected)
    .filter(([attribute, value]) => !same(value, seen[attribute]))
    .map(([attribute, value]) => ({ attribute, expected: value, seen: seen[attribute] ?? null }))
}

/** The same for bodies with attributes of the live source: the cloud keeps the order of no list among those. */
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

/** Items in an order of their own, for lists whose order the cloud does not keep. */
export function sorted<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => [sortKey(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item)
}

/** jsonb keeps the keys of an object in an order of its own, so they are sorted, too. */
function sortKey(item: unknown): string {
  return isRecord(item)
    ? JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(item)
}
