import { type Block, type Cell, outcomeWords, type ReportDocument, type Section } from "./document.ts"
import { numberText } from "./text.ts"

/** Maximum rows of one table. The JSON form has all rows. */
const maxRows = 60

/** Returns the report as GitHub's Markdown, without the sections that are `long`. */
export function markdownReport(report: ReportDocument): string {
  const tiles = report.tiles.map(({ label, count }) => `**${numberText(count)}** ${label}`)
  return `${[
    `# ${safe(report.title)}`,
    safe(report.subtitle),
    `**${safe(report.state)}.** ${safe(report.summary)}`,
    tiles.join(" · "),
    ...report.sections.filter(({ long }) => long !== true).map(sectionText),
  ].join("\n\n")}\n`
}

function sectionText({ title, note, blocks }: Section): string {
  return [`## ${safe(title)}`, ...(note === undefined ? [] : [safe(note)]), ...blocks.map(blockText)].join(
    "\n\n",
  )
}

function blockText(block: Block): string {
  if ("facts" in block) {
    return tableText(
      ["Field", "Value"],
      block.facts.map(([label, value]) => [label, value]),
    )
  }
  // Columns of bars have no heading; the numbers beside them show the same.
  const shown = block.columns.flatMap((column, index) => (column === "" ? [] : [index]))
  const pick = <T>(row: readonly T[]) => shown.flatMap((index) => row.slice(index, index + 1))
  const table = tableText(pick(block.columns), block.rows.slice(0, maxRows).map(pick))
  const more = block.rows.length - maxRows
  return more > 0 ? `${table}\n\nThe JSON form lists ${numberText(more)} more rows.` : table
}

function tableText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`
  const numeric = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === "number"),
  )
  return [
    line(columns.map(safe)),
    line(numeric.map((right) => (right ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(cellText))),
  ].join("\n")
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return safe(cell)
  if (typeof cell === "number") return numberText(cell)
  return "outcome" in cell ? outcomeWords[cell.outcome] : ""
}

/**
 * Escapes a text, so that a name given by a user is never markup. "Any ASCII punctuation character may be
 * backslash-escaped" (CommonMark, 2.4). Signs that are markup only at the start of a line are not escaped, because
 * no name starts a line.
 */
function safe(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/[\\`*[\]<>&|~!$#@]/g, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .replaceAll(/:(?=\/\/)/g, String.raw`\:`)
    .replaceAll(/(?<=\bwww)\./gi, String.raw`\.`)
    .trim()
}
