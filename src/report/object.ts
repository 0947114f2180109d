import type { Selectable } from "kysely"
import type { ObjectTable } from "../models/own-tables.ts"
import { tableOf } from "../planning/attributes.ts"
import type { KindName } from "../planning/kind-names.ts"
import { attributeNotes } from "../serializers/attribute-notes.ts"
import type { Outcome, ReportedObject } from "./report.ts"

/** Fields of a body that are no attributes of OpenStack, for kinds without a table of attributes. */
const internalFields = new Set(["marker", "collection", "is_gateway", "service", "needed", "live"])

/**
 * Returns an object of the plan with what became of each of its attributes. Pure.
 * @param names of objects, by `kind/key`
 */
export function reportObject(
  row: Selectable<ObjectTable>,
  names: ReadonlyMap<string, string>,
): ReportedObject {
  const exists = row.state === "done"
  const notes = attributeNotes(row, names)
  const mapped = [...notes.mapped]
  const dropped = [...notes.dropped]
  const differences = exists ? (row.differences ?? []) : []
  const changed = new Set([...mapped, ...differences].map(({ attribute }) => attribute))
  return {
    kind: row.kind,
    key: row.key,
    name: row.name,
    source: row.source_id,
    destination: exists ? (row.backend_id ?? "") : "",
    outcome: outcomeOf(row, {
      differences: differences.length,
      dropped: dropped.length,
      mapped: mapped.length,
    }),
    reason: row.reason,
    kept: exists ? copiedAttributes(row).filter((attribute) => !changed.has(attribute)) : [],
    mapped,
    dropped,
    differences: differences.map(({ attribute, expected, seen }) => ({ attribute, expected, seen })),
  }
}

function outcomeOf(
  { state }: Pick<Selectable<ObjectTable>, "state">,
  counts: { readonly differences: number; readonly dropped: number; readonly mapped: number },
): Outcome {
  if (state === "planned" || state === "creating") return "open"
  if (state !== "done") return state
  if (counts.differences > 0) return "different"
  if (counts.dropped > 0) return "dropped"
  return counts.mapped > 0 ? "mapped" : "kept"
}

/** OpenStack's attributes that were sent with the source's value. One that refers to another object was not. */
function copiedAttributes({ kind, body }: Selectable<ObjectTable>): readonly string[] {
  const table = tableOf(kind as KindName)
  const known = table && new Set(table.attributes.map(({ name }) => name))
  return Object.entries((body ?? {}) as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    (known?.has(name) ?? !internalFields.has(name)) && !hasReference(value) ? [name] : [],
  )
}

function hasReference(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasReference)
  return (
    typeof value === "object" && value !== null && ("ref" in value || Object.values(value).some(hasReference))
  )
}
