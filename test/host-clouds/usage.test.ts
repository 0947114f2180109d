import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import t from "tap"
import { startCloud } from "../../simulator/index.ts"
import { command } from "./command.ts"

const two = ["--source", "a", "--destination", "a"]

t.test("wrong arguments are refused in one line with exit code 2", async (t) => {
  const cloud = await startCloud({ name: "A" })
  const folder = await mkdtemp(join(tmpdir(), "clouds-"))
  t.teardown(() => Promise.all([cloud.close(), rm(folder, { recursive: true })]))
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const { authUrl, admin } = cloud
  const auth = `{auth_url: "${authUrl}", username: admin, password: ${admin.password}, project_name: admin}`
  const good = await write("good.yaml", `clouds: {a: {auth: ${auth}}}`)
  const malformed = await write("malformed.yaml", "clouds: {a: {auth: {password: s3cret")
  const lacking = await write("lacking.yaml", "clouds: {a: {auth: {password: s3cret}}}")
  const cases: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [["--clouds", good], /^Name two clouds of clouds\.yaml/],
    [["--clouds", join(folder, "none.yaml"), ...two], /^--clouds: .*none\.yaml does not exist\.$/],
    [
      ["--clouds", good, "--source", "a", "--destination", "b"],
      /^There is no cloud "b" in .*\. It has: a\.$/,
    ],
    [["--clouds", malformed, ...two], /malformed\.yaml is not valid YAML at line 1, column \d+: /],
    [
      ["--clouds", lacking, ...two],
      /^Cloud "a" of .*lacking\.yaml lacks auth_url, username, project_name\.$/,
    ],
    [
      ["--clouds", good, ...two, "--source-project", "lost"],
      /^--source-project: cloud "a" has no project "lost"/,
    ],
  ]
  const ended = await Promise.all(cases.map(([args]) => command("start", ["--once", ...args])))
  for (const [index, { code, text }] of ended.entries()) {
    const [args = [], line = /./] = cases[index] ?? []
    t.equal(code, 2, args.join(" "))
    const [first = "", ...rest] = text.split("\n").filter((one) => !one.startsWith("Starting with "))
    t.match(first, line)
    t.strictSame(rest, [], "one line")
    t.notMatch(text, /s3cret/)
  }
})

t.test("a refused sign-in is reported in one line with the remedy, and the exit code is 1", async (t) => {
  const cloud = await startCloud({ name: "A" })
  t.teardown(() => cloud.close())
  const { code, text } = await command(
    "start",
    ["--once", "--source", "envvars", "--destination", "envvars"],
    {
      OS_AUTH_URL: cloud.authUrl,
      OS_USERNAME: "admin",
      OS_PASSWORD: "s3cret-guess",
      OS_PROJECT_NAME: "admin",
    },
  )
  t.equal(code, 1)
  t.match(
    text,
    /^envvars: .*user admin \(domain Default\) cannot sign in .*Correct user, password, domain and project.*$/m,
  )
  t.notMatch(text, /s3cret-guess/)
})
