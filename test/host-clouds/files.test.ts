import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import t from "tap"
import { loadDefinitions } from "../../host/clouds/definitions.ts"

type Files = Readonly<Record<string, string>>

const cloud = (name: string, more = "") => `clouds:\n  ${name}:\n    region_name: ${name}-region\n${more}`

/** Runs in a fresh folder with `cwd`, `home` and the files. */
async function inPlace<T>(
  files: Files,
  env: NodeJS.ProcessEnv,
  run: (place: { cwd: string; home: string; env: NodeJS.ProcessEnv }, folder: string) => T,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "clouds-"))
  const inFolder = (text: string) => text.replaceAll("FOLDER", folder)
  try {
    await Promise.all(["cwd", "home"].map((name) => mkdir(join(folder, name))))
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    const set = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, inFolder(text ?? "")]))
    return run({ cwd: join(folder, "cwd"), home: join(folder, "home"), env: set }, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const everywhere = {
  "named.yaml": cloud("x", "    from: option"),
  "variable.yaml": cloud("x", "    from: variable"),
  "cwd/clouds.yaml": cloud("x", "    from: cwd"),
  "xdg/openstack/clouds.yaml": cloud("x", "    from: xdg"),
  "home/.config/openstack/clouds.yml": cloud("x", "    from: home"),
}

for (const [from, named, files, env] of [
  ["option", "named.yaml", everywhere, { OS_CLIENT_CONFIG_FILE: "FOLDER/variable.yaml" }],
  ["variable", undefined, everywhere, { OS_CLIENT_CONFIG_FILE: "FOLDER/variable.yaml" }],
  ["cwd", undefined, everywhere, { OS_CLIENT_CONFIG_FILE: "FOLDER/none.yaml" }],
  ["xdg", undefined, { ...everywhere, "cwd/clouds.yaml": undefined }, { XDG_CONFIG_HOME: "FOLDER/xdg" }],
  ["home", undefined, { ...everywhere, "cwd/clouds.yaml": undefined }, {}],
] as const)
  t.test(`of several clouds.yaml only the first is read: ${from}`, (t) => {
    const present = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return inPlace(Object.fromEntries(present), env, (place, folder) => {
      const path = named === undefined ? undefined : join(folder, named)
      t.match(loadDefinitions(["x"], path, place), [{ name: "x", definition: { from } }])
    })
  })

const secrets = "clouds:\n  x:\n    auth:\n      password: s3cret\n"
const open = cloud("x", "    auth:\n      username: ann\n")

for (const [title, named, files, env] of [
  ["beside the named file", "a/clouds.yaml", { "a/clouds.yaml": open, "a/secure.yaml": secrets }, {}],
  [
    "in another folder than the found file",
    undefined,
    { "cwd/clouds.yaml": open, "home/.config/openstack/secure.yaml": secrets },
    {},
  ],
  [
    "in the file that OS_CLIENT_SECURE_FILE names",
    "a/clouds.yaml",
    { "a/clouds.yaml": open, "s.yaml": secrets },
    { OS_CLIENT_SECURE_FILE: "FOLDER/s.yaml" },
  ],
] as const)
  t.test(`secure.yaml is merged into clouds.yaml: ${title}`, (t) =>
    inPlace(files, env, (place, folder) => {
      const path = named === undefined ? undefined : join(folder, named)
      const [found] = loadDefinitions(["x"], path, place)
      t.strictSame(found?.definition, {
        region_name: "x-region",
        auth: { username: "ann", password: "s3cret" },
      })
    }),
  )

t.test("scalars are read as text, and merge keys are merged", (t) => {
  const text = "base: &base\n  verify: no\nclouds:\n  x:\n    <<: *base\n    auth:\n      password: 0123\n"
  return inPlace({ "cwd/clouds.yaml": text }, {}, (place) => {
    const [found] = loadDefinitions(["x"], undefined, place)
    t.strictSame(found?.definition, { verify: "no", auth: { password: "0123" } })
  })
})

t.test("a file may be JSON", (t) =>
  inPlace({ "cwd/clouds.json": '{"clouds": {"x": {"verify": false}}}' }, {}, (place) => {
    t.match(loadDefinitions(["x"], undefined, place), [{ definition: { verify: "false" } }])
  }),
)

t.test("the cloud of the OS_* variables is named envvars, or as OS_CLOUD_NAME has it", (t) =>
  inPlace({ "cwd/clouds.yaml": open }, {}, (place) => {
    const env = { OS_AUTH_URL: "http://k", OS_USERNAME: "ann", OS_PASSWORD: "", OS_TEST_TIMEOUT: "9" }
    const [found, other] = loadDefinitions(["envvars", "x"], undefined, { ...place, env })
    t.strictSame(found?.definition, { auth_url: "http://k", username: "ann" })
    t.equal(other?.name, "x", "clouds of the file stay")
    const named = loadDefinitions(["mine"], undefined, { ...place, env: { ...env, OS_CLOUD_NAME: "mine" } })
    t.equal(named[0]?.name, "mine")
  }),
)

for (const [title, files, env, message] of [
  [
    "no file and no variables",
    {},
    { OS_REGION_NAME: "r" },
    /^No clouds\.yaml was found in .*cwd, .*home\/\.config\/openstack, \/etc\/openstack, and no OS_\* variables are set/,
  ],
  [
    "no such cloud",
    { "cwd/clouds.yaml": cloud("y") },
    {},
    /^There is no cloud "x" in .*cwd\/clouds\.yaml\. It has: y\.$/,
  ],
  ["only variables", {}, { OS_AUTH_URL: "u" }, /The cloud of the OS_\* variables is named "envvars"\.$/],
  [
    "a name twice",
    { "cwd/clouds.yaml": cloud("envvars") },
    { OS_AUTH_URL: "u" },
    /has a cloud "envvars", which is also the name .*\. Set OS_CLOUD_NAME to another name\.$/,
  ],
  [
    "malformed YAML",
    { "cwd/clouds.yaml": 'clouds:\n  x: {password: "s3cret' },
    {},
    /clouds\.yaml is not valid YAML at line 2, column \d+: [a-z ]+\.$/,
  ],
  [
    "an alias without an anchor",
    { "cwd/clouds.yaml": "clouds: *s3cret" },
    {},
    /is not valid YAML: it has an alias without its anchor\.$/,
  ],
  [
    "a malformed secure.yaml",
    { "cwd/clouds.yaml": open, "cwd/secure.yaml": "a: [s3cret" },
    {},
    /secure\.yaml is not valid YAML at line 1/,
  ],
  ["an empty file", { "cwd/clouds.yaml": "" }, {}, /clouds\.yaml is not a mapping with a key "clouds"\.$/],
  [
    "no clouds in it",
    { "cwd/clouds.yaml": "cloud: s3cret" },
    {},
    /clouds\.yaml has no key "clouds" with a mapping\.$/,
  ],
  [
    "a cloud that is text",
    { "cwd/clouds.yaml": "clouds:\n  x: s3cret" },
    {},
    /^Cloud "x" of .*clouds\.yaml is not a mapping\.$/,
  ],
] as const)
  t.test(`${title}: it is refused in one line without anything of the content`, (t) =>
    inPlace(files, env, (place) => {
      const thrown = t.throws(() => loadDefinitions(["x"], undefined, place), { name: "UsageError", message })
      const { message: text } = thrown as unknown as Error
      t.notMatch(text, /\n|s3cret/)
    }),
  )

t.test("a named file that is missing or unreadable is refused by its name", (t) =>
  inPlace({}, {}, (place, folder) => {
    t.throws(
      () => loadDefinitions(["x"], join(folder, "none.yaml"), place),
      /^--clouds: .*none\.yaml does not exist\.$/,
    )
    t.throws(() => loadDefinitions(["x"], place.cwd, place), /cwd cannot be read \(EISDIR\)\.$/)
  }),
)
