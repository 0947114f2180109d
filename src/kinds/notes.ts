import { isDeepStrictEqual } from "node:util"
import { isUnset, tableOf } from "../planning/attributes.ts"
import type { KindName } from "../planning/kind-names.ts"
import type { Notes, Omission, PlanContext, Planned } from "../planning/plan.ts"

type Body = Readonly<Record<string, unknown>>

const noNotes: Notes = { mapped: {}, dropped: [] }

/**
 * Returns the objects of a kind without what the destination's Neutron does not support: an unknown attribute is dropped
 * and noted with the reason; all objects of an unknown kind are omitted. Pure.
 */
export function withoutUnsupported(
  kind: KindName,
  objects: readonly Planned<Body>[],
  { extensions }: Pick<PlanContext, "extensions">,
): { readonly objects: readonly Planned<Body>[]; readonly omitted: readonly Omission[] } {
  const table = tableOf(kind)
  if (extensions === undefined || table === undefined) return { objects, omitted: [] }
  if (table.extension !== undefined && !extensions.has(table.extension)) {
    const reason = `The destination's Neutron has no extension "${table.extension}".`
    return { objects: [], omitted: objects.map(({ key, name }) => ({ kind, key, name, reason })) }
  }
  const unknown = new Map(
    table.attributes.flatMap(({ name, extension }) =>
      extension === undefined || extensions.has(extension) ? [] : [[name, extension] as const],
    ),
  )
  const defaults = new Map(table.attributes.map(({ name, defaultValue }) => [name, defaultValue]))
  return {
    objects:
      unknown.size === 0 ? objects : objects.map((object) => withoutAttributes(object, unknown, defaults)),
    omitted: [],
  }
}

function withoutAttributes(
  object: Planned<Body>,
  unknown: ReadonlyMap<string, string>,
  defaults: ReadonlyMap<string, unknown>,
): Planned<Body> {
  const entries = Object.entries(object.body)
  const unsupported = entries.filter(([name]) => unknown.has(name))
  if (unsupported.length === 0) return object
  const notes = object.notes ?? noNotes
  const dropped = unsupported
    .filter(([name, value]) => !isUnset(value) && value !== defaults.get(name))
    .map(([attribute, value]) => ({
      attribute,
      value,
      reason: `The destination's Neutron has no extension "${unknown.get(attribute)}".`,
    }))
  return {
    ...object,
    body: Object.fromEntries(entries.filter(([name]) => !unknown.has(name))),
    notes: { ...notes, dropped: [...notes.dropped, ...dropped] },
  }
}

/**
 * Returns the objects with notes of what the mapping has changed, found by comparison with the plan of the same source
 * without a mapping. Pure.
 */
export function noteMapped(
  objects: readonly Planned<Body>[],
  unmapped: readonly Planned<Body>[],
): readonly Planned<Body>[] {
  const before = new Map(unmapped.map((one) => [one.key, one.body]))
  return objects.map((object) => {
    const source = before.get(object.key) ?? object.body
    const changed = Object.entries(object.body).flatMap(([name, value]) =>
      name in source && !isDeepStrictEqual(source[name], value) ? [[name, source[name]]] : [],
    )
    if (changed.length === 0) return object
    const notes = object.notes ?? noNotes
    return { ...object, notes: { ...notes, mapped: { ...notes.mapped, ...Object.fromEntries(changed) } } }
  })
}
