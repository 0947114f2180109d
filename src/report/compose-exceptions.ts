import { causeOf } from "../openstack/index.ts"
import { kindText } from "../planning/plan.ts"
import type { Cell, Section, Table } from "./document.ts"
import type { Report, ReportedObject } from "./report.ts"
import { countText, namesText, timeText, valueText } from "./text.ts"

/** What is not as it was asked for, the worst first. Empty where everything is. Pure. */
export function composeExceptions(report: Report): readonly Section[] {
  return [
    ...missing(report),
    ...different(report),
    ...unmanaged(report),
    ...sourceChanges(report),
    ...survey(report),
    ...leftOut(report),
    ...dropped(report),
  ]
}

function missing({ objects }: Report): readonly Section[] {
  const gone = objects.filter(({ outcome }) => outcome === "failed" || outcome === "skipped")
  return section(
    "Missing",
    "Refused by the destination, in need of one that it has refused, or let go by a cancel.",
    {
      columns: ["Kind", "Reason", "Objects", "Names"],
      rows: grouped(gone, ({ kind, reason }) => [kindText(kind), reason]),
    },
  )
}

function different({ objects, verification }: Report): readonly Section[] {
  const rows = objects.flatMap(({ kind, name, differences }) =>
    differences.map(({ attribute, expected, seen }): readonly Cell[] =>
      attribute === "id"
        ? [kindText(kind), name, "", "there", "gone"]
        : [kindText(kind), name, attribute, valueText(expected), valueText(seen)],
    ),
  )
  const note =
    verification?.unread === undefined
      ? `Read back at ${timeText(verification?.at ?? null)}.`
      : `The last verification could not read the destination (${verification.unread}), so these are older.`
  return section("Different", note, {
    columns: ["Kind", "Name", "Attribute", "Expected", "Seen"],
    rows,
  })
}

function unmanaged({ unmanaged }: Report): readonly Section[] {
  if (unmanaged === null) return []
  const more = unmanaged.count - unmanaged.objects.length
  return section(
    "In the destination and not in the plan",
    `${countText(unmanaged.count, "object")} that the migration has not made${more > 0 ? `; ${more} are not named here` : ""}.`,
    {
      columns: ["Kind", "Name", "Id"],
      rows: unmanaged.objects.map(({ kind, name, id }) => [kindText(kind), name, id]),
    },
  )
}

function sourceChanges({ source_changes: source, verification }: Report): readonly Section[] {
  if (source === null) return []
  const title = "Changed at the source since"
  if (source.unread !== undefined) {
    return [{ title, note: `The source could not be read: ${source.unread}`, blocks: [] }]
  }
  const rows = source.changes.map(({ kind, name, attribute, planned, now }): readonly Cell[] => {
    if (attribute !== "id") return [kindText(kind), name, attribute, valueText(planned), valueText(now)]
    return planned === null
      ? [kindText(kind), name, "", "not there", "new"]
      : [kindText(kind), name, "", "there", "gone"]
  })
  return section(title, `Read at ${timeText(verification?.at ?? null)}.`, {
    columns: ["Kind", "Name", "Attribute", "When planned", "Now"],
    rows,
  })
}

function survey({ survey }: Report): readonly Section[] {
  if (survey === null) return []
  const unread: readonly Section[] =
    survey.unread === undefined
      ? []
      : [
          {
            title: "The source could not be read",
            note: `The reason: ${survey.unread} So the marketplace's rows were copied. They do not hold the attributes below; the copy has the destination's defaults.`,
            blocks: [
              {
                columns: ["Kind", "Attributes"],
                rows: [...Map.groupBy(survey.unknown, (one) => one.split(".")[0] ?? "")].map(
                  ([kind, list]) => [
                    kindText(kind),
                    list.map((one) => one.slice(one.indexOf(".") + 1)).join(", "),
                  ],
                ),
              },
            ],
          },
        ]
  const findings = section(
    "Rows and source cloud disagree",
    `The source was read at ${timeText(survey.at)}; what it says was copied.`,
    {
      columns: ["Kind", "Name", "What"],
      rows: survey.findings.map(({ kind, name, message }) => [kindText(kind), name, message]),
    },
  )
  return [...unread, ...findings]
}

function leftOut({ objects }: Report): readonly Section[] {
  const left = objects.filter(({ outcome }) => outcome === "left_out")
  return section("Left out", "The source has these; the plan does not.", {
    columns: ["Kind", "Reason", "Objects", "Names"],
    rows: grouped(left, ({ kind, reason }) => [kindText(kind), reason]),
  })
}

function dropped({ objects }: Report): readonly Section[] {
  const there = objects.filter(({ destination }) => destination !== "")
  const lost = there.flatMap(({ kind, name, dropped }) =>
    dropped.map((one) => ({ kind, ...one, name: `${name}: ${valueText(one.value)}` })),
  )
  return section("Attributes that were dropped", "The objects are there without them.", {
    columns: ["Kind", "Attribute", "Reason", "Objects", "Values"],
    rows: grouped(lost, ({ kind, attribute, reason }) => [kindText(kind), attribute, reason]),
  })
}

/** Rows of what belongs together, with the number of objects and the first names. */
function grouped<Item extends Pick<ReportedObject, "name">>(
  items: readonly Item[],
  cells: (item: Item) => readonly string[],
): Table["rows"] {
  const groups = Map.groupBy(items, (item) => cells(item).map(causeOf).join("\n"))
  return [...groups.values()].map((list) => [
    ...list.slice(0, 1).flatMap(cells),
    list.length,
    namesText(
      list.map(({ name }) => name),
      8,
      "; ",
    ),
  ])
}

function section(title: string, note: string, table: Table): readonly Section[] {
  return table.rows.length === 0 ? [] : [{ title, note, blocks: [table] }]
}
