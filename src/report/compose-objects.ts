import { kindText } from "../planning/plan.ts"
import type { Section } from "./document.ts"
import type { Report, ReportedObject } from "./report.ts"
import { countText, namesText, valueText } from "./text.ts"

/** What is as it should be: mappings by attribute, and every object with its ids. Pure. */
export function composeObjects(report: Report): readonly Section[] {
  return [...mapped(report), ...every(report)]
}

function mapped({ objects }: Report): readonly Section[] {
  const all = objects.flatMap(({ kind, mapped }) => mapped.map((one) => ({ kind, ...one })))
  if (all.length === 0) return []
  const rows = [...Map.groupBy(all, ({ kind, attribute }) => `${kind}.${attribute}`).values()].flatMap(
    (list) => {
      const [first] = list
      if (first === undefined) return []
      const values = list.map(({ source, destination }) => `${valueText(source)} → ${valueText(destination)}`)
      return [[kindText(first.kind), first.attribute, list.length, namesText([...new Set(values)], 4, "; ")]]
    },
  )
  return [
    {
      title: "Mapped",
      note: "Values that correspond to the source's. Objects name each other by the copies' ids, which is not listed.",
      blocks: [{ columns: ["Kind", "Attribute", "Objects", "Source → destination"], rows }],
    },
  ]
}

function every({ kinds, objects }: Report): readonly Section[] {
  if (objects.length === 0) return []
  return [
    {
      title: "Every object",
      note: "What a column does not say is kept as it is at the source.",
      long: true,
      blocks: kinds.map(({ kind }) => {
        const own = objects.filter((one) => one.kind === kind)
        return {
          caption: `${kindText(kind)}: ${countText(own.length, "object")}`,
          columns: ["Name", "Outcome", "What", "Id at the source", "Id in the destination"],
          rows: own.map((one) => [
            one.name,
            { outcome: one.outcome },
            whatOf(one),
            one.source,
            one.destination,
          ]),
        }
      }),
    },
  ]
}

function whatOf({ reason, mapped, dropped, differences }: ReportedObject): string {
  return [
    ...(reason === "" ? [] : [reason]),
    ...differences.map(({ attribute, expected, seen }) =>
      attribute === "id"
        ? "It is gone."
        : `${attribute} is ${valueText(seen)}, expected ${valueText(expected)}.`,
    ),
    ...dropped.map(({ attribute, value }) => `Without ${attribute} (${valueText(value)}).`),
    ...mapped.map(
      ({ attribute, source, destination }) =>
        `${attribute}: ${valueText(source)} → ${valueText(destination)}.`,
    ),
  ].join(" ")
}
