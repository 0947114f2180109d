import { withoutRequestIds } from "../openstack/index.ts"
import { kindText } from "../planning/kind-names.ts"
import type { Cell, Section, Table } from "./document.ts"
import type { Report, ReportedObject } from "./report.ts"
import { countText, namesText, numberText, timeText, valueText } from "./text.ts"

/** Returns the sections for what is not as requested, the most severe first. Empty where everything is. Pure. */
export function composeExceptions(report: Report): readonly Section[] {
  return [
    ...missing(report),
    ...differences(report),
    ...unmanaged(report),
    ...notRead(report),
    ...sourceChanges(report),
    ...survey(report),
    ...omitted(report),
    ...dropped(report),
  ]
}

function missing({ objects }: Report): readonly Section[] {
  const rows = objects.filter(({ outcome }) => outcome === "failed" || outcome === "skipped")
  return section(
    "Missing",
    "Planned, but not in the destination. Each was rejected by the cloud, needs an object that is missing, or was skipped because the migration was cancelled.",
    {
      columns: ["Kind", "Reason", "Objects", "Names"],
      rows: grouped(rows, ({ kind, reason }) => [kindText(kind), reason]),
    },
  )
}

function differences({ objects, verification }: Report): readonly Section[] {
  const rows = objects.flatMap(({ kind, name, differences }) =>
    differences.map(({ attribute, expected, seen }): readonly Cell[] =>
      attribute === "id"
        ? [kindText(kind), name, "", "exists", "deleted"]
        : [kindText(kind), name, attribute, valueText(expected), valueText(seen)],
    ),
  )
  const note =
    verification?.unread === undefined
      ? `The destination was read at ${timeText(verification?.at ?? null)}.`
      : `These are from an earlier verification. The last one could not read the destination: ${verification.unread}`
  return section("Differences", note, {
    columns: ["Kind", "Name", "Attribute", "Expected", "Found"],
    rows,
  })
}

function notRead({ verification }: Report): readonly Section[] {
  const note =
    "The destination did not show this at the end. The marketplace lists it once its own jobs have read it; nothing of the copy is missing."
  const rows = (verification?.not_read ?? []).map((text): readonly Cell[] => {
    const end = text.indexOf(": ")
    return [text.slice(0, end), text.slice(end + 2)]
  })
  return section("Not read for the marketplace", note, { columns: ["What", "Reason"], rows })
}

function unmanaged({ unmanaged }: Report): readonly Section[] {
  if (unmanaged === null) return []
  const more = unmanaged.count - unmanaged.objects.length
  const note = `${countText(unmanaged.count, "object")} in the destination project that this migration did not create.`
  return section(
    "Unmanaged objects",
    more > 0 ? `${note} The first ${numberText(unmanaged.objects.length)} are listed.` : note,
    {
      columns: ["Kind", "Name", "Id"],
      rows: unmanaged.objects.map(({ kind, name, id }) => [kindText(kind), name, id]),
    },
  )
}

function sourceChanges({ source_changes: source, verification }: Report): readonly Section[] {
  if (source === null) return []
  const title = "Changes at the source since planning"
  if (source.unread !== undefined) {
    return [{ title, note: `The last verification could not read the source: ${source.unread}`, blocks: [] }]
  }
  const rows = source.changes.map(({ kind, name, attribute, planned, now }): readonly Cell[] => {
    if (attribute !== "id") return [kindText(kind), name, attribute, valueText(planned), valueText(now)]
    return planned === null
      ? [kindText(kind), name, "", "did not exist", "exists"]
      : [kindText(kind), name, "", "existed", "deleted"]
  })
  return section(title, `The source was read at ${timeText(verification?.at ?? null)}.`, {
    columns: ["Kind", "Name", "Attribute", "When planned", "Now"],
    rows,
  })
}

function survey({ survey }: Report): readonly Section[] {
  if (survey === null) return []
  const findings = section(
    "Database and source cloud differ",
    `The source cloud was read at ${timeText(survey.at)}. Its values were copied.`,
    {
      columns: ["Kind", "Name", "Finding"],
      rows: survey.findings.map(({ kind, name, message }) => [kindText(kind), name, message]),
    },
  )
  if (survey.unread === undefined) return findings
  const byKind = Map.groupBy(survey.unknown, (attribute) => attribute.split(".")[0] ?? "")
  const unread: Section = {
    title: "The source could not be read",
    note: `Reading the source cloud failed: ${survey.unread} The copy follows the marketplace's database instead. The attributes below are not in that database; the copy has the destination's defaults for them.`,
    blocks: [
      {
        columns: ["Kind", "Attributes"],
        rows: [...byKind].map(([kind, attributes]) => [
          kindText(kind),
          attributes.map((attribute) => attribute.slice(attribute.indexOf(".") + 1)).join(", "),
        ]),
      },
    ],
  }
  return [unread, ...findings]
}

function omitted({ objects }: Report): readonly Section[] {
  const rows = objects.filter(({ outcome }) => outcome === "omitted")
  return section("Not copied", "These objects exist at the source and are not part of the plan.", {
    columns: ["Kind", "Reason", "Objects", "Names"],
    rows: grouped(rows, ({ kind, reason }) => [kindText(kind), reason]),
  })
}

function dropped({ objects }: Report): readonly Section[] {
  const existing = objects.filter(({ destination }) => destination !== "")
  const rows = existing.flatMap(({ kind, name, dropped }) =>
    dropped.map((attribute) => ({ kind, ...attribute, name: `${name}: ${valueText(attribute.value)}` })),
  )
  return section("Attributes not copied", "The objects exist in the destination without these attributes.", {
    columns: ["Kind", "Attribute", "Reason", "Objects", "Values"],
    rows: grouped(rows, ({ kind, attribute, reason }) => [kindText(kind), attribute, reason]),
  })
}

/** Returns one row for all items with the same cells, with their number and the first names. */
function grouped<Item extends Pick<ReportedObject, "name">>(
  items: readonly Item[],
  cells: (item: Item) => readonly string[],
): Table["rows"] {
  const groups = Map.groupBy(items, (item) => cells(item).map(withoutRequestIds).join("\n"))
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
