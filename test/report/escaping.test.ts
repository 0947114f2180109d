import fc from "fast-check"
import { marked } from "marked"
import { type DefaultTreeAdapterTypes, parse } from "parse5"
import t from "tap"
import { composeReport } from "../../src/report/compose.ts"
import { htmlReport } from "../../src/report/html.ts"
import { markdownReport } from "../../src/report/markdown.ts"
import { reportFullOf } from "./sample.ts"

const html = (text: string) => htmlReport(composeReport(reportFullOf(text)))
const markdown = (text: string) => markdownReport(composeReport(reportFullOf(text)))

/** Texts that are markup unless they are escaped. */
const bad = [
  "<script>alert(1)</script>",
  "</td></tr></table><h1>x",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "<!-- x",
  "]]>",
  "&lt;b&gt;&#60;i&#62;",
  "</style><style>*{display:none}",
  "a | b | c",
  "\n\n# title\n\n| a |\n| --- |\n| b |",
  "\r- x\r- y",
  "`code` and ```more```",
  "*a* **b** _c_ __d__ ~~e~~ ~f~",
  "![x](https://example.com/x.png) [y](javascript:alert(1)) [z]",
  "[x]: https://example.com",
  "https://example.com www.example.com ftp://example.com",
  "somebody@example.com",
  "<https://example.com>",
  "\\",
  "\\*x\\*",
  "$x$ #1 @x",
  "---",
  "x\u2028y\u2029z\u0085",
  "1. x",
  "a_b_c _d",
]

const anyText = fc
  .oneof(
    fc.constantFrom(...bad),
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(..."<>&\"'`*_[]()|~!\\#:/.@$-+=\n \t"),
          fc.constantFrom("x", "www", "http", "é"),
        ),
        {
          minLength: 1,
        },
      )
      .map((parts) => parts.join("")),
  )
  // An empty text is shown as "none": the same markup with another text.
  .filter((text) => text.trim() !== "")

t.test("whatever a name is, the page has the same elements and attributes", async (t) => {
  const plain = structureOf(html("x"))
  for (const text of bad) t.strictSame(structureOf(html(text)), plain, titleOf(text))
  fc.assert(fc.property(anyText, (text) => structureOf(html(text)).join() === plain.join()))
})

t.test("whatever a name is, rendered Markdown has the same elements", async (t) => {
  const rendered = (text: string) => structureOf(String(marked.parse(markdown(text), { async: false })))
  const plain = rendered("x")
  t.ok(plain.includes("table"), "tables are tables")
  for (const text of bad) t.strictSame(rendered(text), plain, titleOf(text))
  fc.assert(fc.property(anyText, (text) => rendered(text).join() === plain.join()))
})

t.test("a name is shown as it was written", async (t) => {
  for (const text of bad.map((one) => one.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim())) {
    t.ok(cellsOf(html(text)).includes(text), `in HTML: ${titleOf(text)}`)
    const cells = cellsOf(String(marked.parse(markdown(text), { async: false })))
    t.ok(cells.includes(text), `in Markdown: ${titleOf(text)}`)
  }
})

t.test("the page loads nothing and runs nothing", async (t) => {
  const page = html("x")
  t.notMatch(page, /<(script|link|img|iframe|object|embed|base|form)\b/i)
  t.notMatch(page, /\b(src|href|on\w+)=/i)
  t.notMatch(page, /url\(|@import|https?:/)
})

/** Encodes a text for a title: TAP's lines end at more characters than \n. */
function titleOf(text: string): string {
  return encodeURIComponent(text)
}

type Node = DefaultTreeAdapterTypes.Node

function* nodesOf(node: Node): Generator<Node> {
  yield node
  if ("childNodes" in node) for (const child of node.childNodes) yield* nodesOf(child)
}

/** Elements with the names of their attributes, and comments, in document order. */
function structureOf(page: string): readonly string[] {
  return [...nodesOf(parse(page))].flatMap((node) =>
    "tagName" in node
      ? [[node.tagName, ...node.attrs.map(({ name }) => name)].join(" ")]
      : node.nodeName === "#comment"
        ? ["comment"]
        : [],
  )
}

function cellsOf(page: string): readonly string[] {
  return [...nodesOf(parse(page))].flatMap((node) =>
    node.nodeName === "td"
      ? [
          [...nodesOf(node)]
            .flatMap((one) => ("value" in one ? [one.value] : []))
            .join("")
            .trim(),
        ]
      : [],
  )
}
