import { kindText } from "../planning/kind-names.ts"
import type { Section } from "./document.ts"
import type { Report, ReportedObject } from "./report.ts"
import { countText, namesText, valueText } from "./text.ts"

/** Returns the sections for what is as planned: mapped values by attribute, and all objects with their ids. Pure. */
export function composeObjects(report: Report): readonly Section[] {
  return [...mappedValues(report), ...allObjects(report)]
}

function mappedValues({ objects }: Report): readonly Section[] {
  const all = objects.flatMap(({ kind, mapped }) => mapped.map((attribute) => ({ kind, ...attribute })))
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
      title: "Mapped values",
      note: "These values correspond to the source's. References between objects hold the ids of the copies and are not listed.",
      blocks: [{ columns: ["Kind", "Attribute", "Objects", "Source → destination"], rows }],
    },
  ]
}

function allObjects({ kinds, objects }: Report): readonly Section[] {
  if (objects.length === 0) return []
  return [
    {
      title: "All objects",
      note: "Attributes that are not listed have the source's values.",
      long: true,
      blocks: kinds.map(({ kind }) => {
        const own = objects.filter((object) => object.kind === kind)
        return {
          caption: `${kindText(kind)}: ${countText(own.length, "object")}`,
          columns: ["Name", "Outcome", "Details", "Source id", "Destination id"],
          rows: own.map((object) => [
            object.name,
            { outcome: object.outcome },
            detailsOf(object),
            object.source,
            object.destination,
          ]),
        }
      }),
    },
  ]
}

function detailsOf({ reason, mapped, dropped, differences }: ReportedObject): string {
  return [
    ...(reason === "" ? [] : [reason]),
    ...differences.map(({ attribute, expected, seen }) =>
      attribute === "id"
        ? "It was deleted."
        : `${attribute}: expected ${valueText(expected)}, found ${valueText(seen)}.`,
    ),
    ...dropped.map(({ attribute, value }) => `${attribute} is not copied (${valueText(value)}).`),
    ...mapped.map(
      ({ attribute, source, destination }) =>
        `${attribute}: ${valueText(source)} → ${valueText(destination)}.`,
    ),
  ].join(" ")
}
