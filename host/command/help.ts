import type { Command, Option } from "./options.ts"
import { formOf } from "./parse.ts"

/** The text that `--help` prints: usage, options with their defaults, environment variables and examples. */
export function helpOf(command: Command): string {
  const { name, summary, options, arguments: rest, environment = {}, examples } = command
  const optionRows = Object.entries(options).map(([option, description]) => optionRow(option, description))
  const sections: readonly (readonly [title: string, rows: readonly Row[]])[] = [
    ["Arguments", rest === undefined ? [] : [[rest.value.replaceAll(/[[\]]/g, ""), argumentText(rest)]]],
    ["Options", [...optionRows, ["--help", "Print this help and exit"]]],
    ["Environment", Object.entries(environment)],
  ]
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([left]) => left.length)))
  return [
    summary,
    "",
    `Usage: ${name} [options]${rest === undefined ? "" : ` ${rest.value}`}`,
    ...sections
      .filter(([, rows]) => rows.length > 0)
      .flatMap(([title, rows]) => ["", `${title}:`, ...rows.map((row) => lineOf(row, width))]),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n")
}

type Row = readonly [left: string, text: string]

const longestLeft = 34

/** Two columns; a left one that is too long has a line of its own. */
function lineOf([left, text]: Row, width: number): string {
  const column = Math.min(width, longestLeft)
  return left.length > column
    ? `  ${left}\n  ${"".padEnd(column)}  ${text}`
    : `  ${left.padEnd(column)}  ${text}`
}

function argumentText({ text, choices }: NonNullable<Command["arguments"]>): string {
  return choices === undefined ? text : `${text}: ${choices.join(", ")}`
}

function optionRow(name: string, option: Option): Row {
  if (option.type === "switch") return [`--${name}`, option.text]
  const notes = [
    ...(option.multiple ? ["may be repeated"] : []),
    ...(option.env === undefined ? [] : [`or ${option.env}`]),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
  ]
  const note = notes.length === 0 ? "" : ` (${notes.join("; ")})`
  return [`--${name} ${formOf(option)}`, `${option.text}${note}`]
}
