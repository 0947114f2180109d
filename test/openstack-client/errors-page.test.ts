import { readFileSync } from "node:fs"
import { join } from "node:path"
import t from "tap"
import { errorsPage } from "../../scripts/errors-page.ts"
import { errorCatalogue } from "../../src/errors.ts"

const definitions = Object.values(errorCatalogue).flat()

t.test("docs/errors.md is what the catalogue generates", async (t) => {
  t.equal(readFileSync(join(import.meta.dirname, "..", "..", "docs", "errors.md"), "utf8"), errorsPage())
})

t.test("no code stands for two errors", async (t) => {
  const codes = definitions.map(({ code }) => code)
  t.same(codes, [...new Set(codes)])
})

for (const { code, status, meaning, cause, remedy } of definitions)
  t.test(`${code} has a meaning, a cause, a remedy and the status of an error`, async (t) => {
    t.match(code, /^[A-Z]+(_[A-Z]+)*$/)
    t.ok(status >= 400 && status < 600)
    for (const text of [meaning, cause, remedy]) t.match(text, /^[A-Z`].*\.$/)
    t.match(errorsPage(), `### ${code}\n`)
  })
