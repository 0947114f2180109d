import type { Selectable } from "kysely"
import type { ObjectTable } from "../models/own-tables.ts"

/** What the plan notes of an object's attributes that are not copied as they are. */
export interface AttributeNotes {
  readonly mapped: readonly {
    readonly attribute: string
    readonly source: unknown
    readonly destination: unknown
  }[]
  readonly dropped: readonly {
    readonly attribute: string
    readonly value: unknown
    readonly reason: string
  }[]
}

/**
 * Returns the mapped and dropped attributes of an object of the plan. Pure.
 * @param names of objects by `kind/key`; a reference to an object that is not among them stays `kind/key`
 */
export function attributeNotes(
  { body, notes }: Pick<Selectable<ObjectTable>, "body" | "notes">,
  names: ReadonlyMap<string, string> = new Map(),
): AttributeNotes {
  const planned = (body ?? {}) as Readonly<Record<string, unknown>>
  return {
    mapped: Object.entries(notes?.mapped ?? {}).map(([attribute, source]) => ({
      attribute,
      source: withNames(source, names),
      destination: withNames(planned[attribute], names),
    })),
    dropped: (notes?.dropped ?? []).map(({ attribute, value, reason }) => ({
      attribute,
      value: withNames(value, names),
      reason,
    })),
  }
}

/** Replaces each reference to an object of the plan by that object's name. */
function withNames(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withNames(item, names))
  if (typeof value !== "object" || value === null) return value ?? null
  if ("ref" in value && typeof value.ref === "string") return names.get(value.ref) ?? value.ref
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNames(one, names)]))
}
