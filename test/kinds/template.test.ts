import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import t from "tap"

const kindsDir = join(import.meta.dirname, "../../src/kinds")
const contract = readFileSync(join(kindsDir, "kind.ts"), "utf8")
const template = readFileSync(join(kindsDir, "TEMPLATE.md"), "utf8")
const [, code = ""] = /```ts\n(.*?)```/s.exec(template) ?? []

/** Names of the members of an interface of kind.ts. */
function membersOf(name: string): readonly string[] {
  const [, body = ""] = new RegExp(`interface ${name}<.*?\\{\\n(.*?)\\n\\}`, "s").exec(contract) ?? []
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].flatMap(([, member]) => member ?? [])
}

for (const name of ["Kind", "KindPlanning", "KindRows", "KindApi", "KindVerification", "KindRemoval"]) {
  t.test(`the template of a kind names every member of ${name}`, async (t) => {
    const members = membersOf(name)
    t.ok(members.length > 0)
    // The rows of a table come from `tableRows`.
    const inherited = name === "KindRows" ? ["insert", "update", "delete"] : []
    const missing = members.filter((member) => !new RegExp(`\\b${member}\\b`).test(code))
    t.strictSame(
      missing.filter((member) => !inherited.includes(member)),
      [],
    )
  })
}

t.test("the template of a kind is valid TypeScript", async (t) => {
  t.match(stripTypeScriptTypes(code), "export const floatingIp = defineKind")
})
