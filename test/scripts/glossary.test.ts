import t from "tap"
import { findRetired } from "../../scripts/glossary.ts"
import type { Retired } from "../../scripts/retired.ts"

const groups: readonly Retired[] = [
  { as: "identifier", in: ["src"], names: { lane: "limiter" } },
  { as: "name", names: { lane_turn: "acquire_slots" } },
  { as: "file", names: { lanes: "limiter-store" } },
  { as: "phrase", names: { "way out": "external gateway" } },
]

const cases: readonly (readonly [rule: string, file: string, text: string, lines: readonly number[]])[] = [
  ["a retired identifier is found", "src/a.ts", "const a = 1\nconst lane = a", [2]],
  ["a retired identifier is found as a property", "src/a.ts", "const a = { lane: 1 }\na.lane", [1, 2]],
  [
    "a shorthand property counts once",
    "src/a.ts",
    "declare const lane: 1\nexport const a = { lane }",
    [1, 2],
  ],
  ["an English word in a text is no identifier", "src/a.ts", '// the left lane\nconst a = "lane"', []],
  ["a part of an identifier does not count", "src/a.ts", "const planes = 1, laneA = 2", []],
  ["an identifier counts only in its scope", "test/a.ts", "const lane = 1", []],
  ["a retired name is found in SQL", "src/a.sql", "select 1;\nselect lane_turn(1)", [2]],
  ["a part of a name does not count", "src/a.sql", "select lane_turns(1), my_lane_turn", []],
  ["a retired file name is found", "src/lanes.ts", "", [1]],
  ["a test of a retired file name is found", "test/lanes.test.ts", "", [1]],
  ["a phrase is found in strings and pages", "docs/a.md", "Its way out\n", [1]],
  ["a phrase is found over the break of a comment", "src/a.ts", "\n/**\n * its Way\n * out\n */", [3]],
  ["a phrase is whole words", "docs/a.md", "the way outside, railway out", []],
]

for (const [rule, file, text, lines] of cases) {
  t.test(rule, async (t) => {
    const hits = findRetired(file, text, groups)
    t.strictSame(
      hits.map(({ line }) => line),
      lines,
    )
  })
}

t.test("a hit names what was found and what to write", async (t) => {
  t.strictSame(findRetired("docs/a.md", "no\nway\nout", groups), [
    { file: "docs/a.md", line: 2, found: "way out", use: "external gateway" },
  ])
})
