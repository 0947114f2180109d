import {
  type Block,
  type Cell,
  type Facts,
  outcomeWords,
  type ReportDocument,
  type Section,
  type Shares,
  type Table,
} from "./document.ts"
import { reportStyle } from "./style.ts"
import { numberText } from "./text.ts"

/** Content security policy of the page: it loads nothing and runs no script; its style is part of it. */
export const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Returns the report as one page of HTML. */
export function htmlReport(report: ReportDocument): string {
  const { title, subtitle, state, tone, summary, tiles, shares, sections } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${safe(title)}: ${safe(state)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<p class="subtitle">${safe(subtitle)}</p>
<h1>${safe(title)} <span class="state ${tone}">${safe(state)}</span></h1>
<p class="summary">${safe(summary)}</p>
${bar(shares, "wide")}
<ul class="tiles">
${tiles.map(({ label, count, tone }) => `<li class="${tone}"><b>${numberText(count)}</b> ${safe(label)}</li>`).join("\n")}
</ul>
</header>
<main>
${sections.map(sectionHtml).join("\n")}
</main>
</body>
</html>
`
}

function sectionHtml({ title, note, blocks, long }: Section): string {
  const text = note === undefined ? "" : `<p>${safe(note)}</p>\n`
  return `<section>
<h2>${safe(title)}</h2>
${text}${blocks.map((block) => (long ? folded(block) : blockHtml(block))).join("\n")}
</section>`
}

function folded(block: Block): string {
  const caption = "caption" in block ? (block.caption ?? "") : ""
  return `<details><summary>${safe(caption)}</summary>\n${blockHtml(block)}\n</details>`
}

function blockHtml(block: Block): string {
  return "facts" in block ? factsHtml(block) : tableHtml(block)
}

function factsHtml({ facts }: Facts): string {
  const rows = facts.map(([label, value]) => `<div><dt>${safe(label)}</dt><dd>${safe(value)}</dd></div>`)
  return `<dl>\n${rows.join("\n")}\n</dl>`
}

function tableHtml({ columns, rows }: Table): string {
  const numeric = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === "number"),
  )
  const head = columns.map((column, index) => `<th scope="col"${right(numeric[index])}>${safe(column)}</th>`)
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join("")}</tr>`)
  return `<div class="scroll"><table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>`
}

function right(numeric: boolean | undefined): string {
  return numeric ? ' class="number"' : ""
}

function cellHtml(cell: Cell): string {
  if (typeof cell === "string") return `<td>${safe(cell)}</td>`
  if (typeof cell === "number")
    return `<td class="number${cell === 0 ? " zero" : ""}">${numberText(cell)}</td>`
  if ("shares" in cell) return `<td class="drawn">${bar(cell.shares, "small")}</td>`
  if ("outcome" in cell) {
    return `<td><span class="outcome ${cell.outcome}">${outcomeWords[cell.outcome]}</span></td>`
  }
  const [left, width] = [cell.from * 100, Math.max(0, cell.to - cell.from) * 100]
  const place = `margin-left:${left.toFixed(2)}%;width:${width.toFixed(2)}%`
  return `<td class="drawn"><div class="span"><i style="${place}"></i></div></td>`
}

function bar(shares: Shares, size: "wide" | "small"): string {
  const words = shares.map(({ outcome, count }) => `${numberText(count)} ${outcomeWords[outcome]}`).join(", ")
  const parts = shares.map(
    ({ outcome, count }) =>
      `<i class="${outcome}" style="flex-grow:${count}" title="${numberText(count)} ${outcomeWords[outcome]}"></i>`,
  )
  return `<div class="bar ${size}" role="img" aria-label="${safe(words)}">${parts.join("")}</div>`
}

const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Escapes a text, so that a name given by a user is never markup, in an element or in a quoted attribute. */
function safe(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? "")
}
