/**
 * Whether two JSON values are equal, whatever the order of their keys and list items: clouds list in any order, and jsonb
 * orders keys by itself.
 */
export function equalUnordered(a: unknown, b: unknown): boolean {
  return canonicalText(a) === canonicalText(b)
}

/** Returns items in a canonical order, for lists whose order a cloud does not keep. */
export function sorted<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => [canonicalText(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item)
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).toSorted().join()}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`)
  return `{${entries.toSorted().join()}}`
}
