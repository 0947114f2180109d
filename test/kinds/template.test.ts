import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import t from "tap"

const root = join(import.meta.dirname, "../..")
const kindsDir = join(root, "src/kinds")
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

/** The template's code about a kind that exists: what a new kind adds to other files is replaced by what is there. */
const compilable = code
  .replaceAll('"floating_ip"', '"trunk"')
  .replaceAll("openstack_floatingip", "openstack_port")
  .replaceAll("live?.floatingIps", "live?.trunks")
  .replaceAll('"../', `"${join(kindsDir, "..")}/`)
  .replaceAll('"./', `"${kindsDir}/`)

t.test("the template of a kind compiles", async (t) => {
  const dir = t.testdir({
    "floating-ip.ts": compilable,
    "tsconfig.json": JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        typeRoots: [join(root, "node_modules/@types")],
        // The imports are absolute here.
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
      },
      include: ["floating-ip.ts"],
    }),
  })
  // `env`: tap gives each process its loaders, which cannot load the compiler.
  const command = ["-u", "NODE_OPTIONS", join(root, "node_modules/.bin/tsc"), "-p", dir]
  const { status, stdout, stderr } = spawnSync("env", command, { encoding: "utf8" })
  t.strictSame({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" })
})
