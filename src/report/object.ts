import type { Selectable } from "kysely"
import type { ObjectTable } from "../models/own-tables.ts"
import { tableOf } from "../planning/attributes.ts"
import type { KindName } from "../planning/plan.ts"
import type { Outcome, ReportedObject } from "./report.ts"

/** What bodies hold for our own use, in kinds that have no table of attributes. */
const notOpenStacks = new Set(["marker", "collection", "is_gateway", "service", "needed", "live"])

/** An object of the plan and what became of each of its attributes. @param names of objects, by `kind/key` */
export function reportObject(
  row: Selectable<ObjectTable>,
  names: ReadonlyMap<string, string>,
): ReportedObject {
  const body = (row.body ?? {}) as Readonly<Record<string, unknown>>
  const there = row.state === "done"
  const mapped = Object.entries(row.notes?.mapped ?? {}).map(([attribute, source]) => ({
    attribute,
    source: withNames(source, names),
    destination: withNames(body[attribute], names),
  }))
  const dropped = (row.notes?.dropped ?? []).map(({ attribute, value, reason }) => ({
    attribute,
    value: withNames(value, names),
    reason,
  }))
  const differences = there ? (row.differences ?? []) : []
  const others = new Set([...mapped, ...differences].map(({ attribute }) => attribute))
  return {
    kind: row.kind,
    key: row.key,
    name: row.name,
    source: row.source_id,
    destination: there ? (row.backend_id ?? "") : "",
    outcome: outcomeOf(row, differences.length, dropped.length, mapped.length),
    reason: row.reason,
    kept: there ? keptOf(row.kind as KindName, body).filter((attribute) => !others.has(attribute)) : [],
    mapped,
    dropped,
    differences: differences.map(({ attribute, expected, seen }) => ({ attribute, expected, seen })),
  }
}

function outcomeOf(
  { state }: Selectable<ObjectTable>,
  differences: number,
  dropped: number,
  mapped: number,
): Outcome {
  if (state === "omitted") return "left_out"
  if (state === "planned" || state === "creating") return "open"
  if (state !== "done") return state
  if (differences > 0) return "different"
  if (dropped > 0) return "dropped"
  return mapped > 0 ? "mapped" : "kept"
}

/** Attributes of OpenStack's that were sent as they are: those that name another object are the copy's own. */
function keptOf(kind: KindName, body: Readonly<Record<string, unknown>>): readonly string[] {
  const table = tableOf(kind)
  const known = table && new Set(table.attributes.map(({ name }) => name))
  return Object.entries(body).flatMap(([name, value]) =>
    (known?.has(name) ?? !notOpenStacks.has(name)) && !hasRef(value) ? [name] : [],
  )
}

function hasRef(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasRef)
  return typeof value === "object" && value !== null && ("ref" in value || Object.values(value).some(hasRef))
}

/** A value in which other objects of the plan are named for people. */
function withNames(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withNames(item, names))
  if (typeof value !== "object" || value === null) return value ?? null
  if ("ref" in value && typeof value.ref === "string") return names.get(value.ref) ?? value.ref
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNames(one, names)]))
}
