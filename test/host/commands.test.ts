import t from "tap"
import { benchCommand } from "../../bench/options.ts"
import { hostCommand, startCommand } from "../../host/options.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { chaosCommand } from "../chaos/options.ts"
import { ended } from "../examples/marketplace.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"
import { startProcess } from "../helpers/process.ts"
import { openstackCommand } from "../openstack/options.ts"

const nowhere = "postgres://nobody@127.0.0.1:1/none"
const unreachable = /database .*is unreachable: .*ECONNREFUSED/

for (const [title, command, env, exit, message] of [
  ["a worker without a database", ["host/worker.ts"], { DATABASE_URL: undefined }, 1, /Set DATABASE_URL/],
  ["a worker whose database is down", ["host/worker.ts"], { DATABASE_URL: nowhere }, 1, unreachable],
  ["a host whose database is down", ["host/serve.ts", "--json"], { DATABASE_URL: nowhere }, 1, unreachable],
  ["a demo whose database is down", ["host/start.ts", "--once"], { DATABASE_URL: nowhere }, 1, unreachable],
  [
    "an unknown size",
    ["host/serve.ts", "--size", "huge"],
    {},
    2,
    /--size must be one of small, medium, large/,
  ],
  ["a port that is not a number", ["host/serve.ts", "--port", "x"], {}, 2, /--port must be a whole number/],
  [
    "an origin with a path",
    ["host/serve.ts", "--cors-origin", "http://localhost:8001/app"],
    {},
    2,
    /--cors-origin must be scheme, host and port, e\.g\. http:\/\/localhost:8001/,
  ],
  [
    "a health port that is not a number",
    ["host/worker.ts", "--health-port", "x"],
    {},
    2,
    /--health-port must be a whole number from 0 to 65535/,
  ],
  ["a wrong HEALTH_PORT", ["host/worker.ts"], { HEALTH_PORT: "x" }, 2, /^HEALTH_PORT must be a whole number/],
] as const) {
  t.test(`${title} ends the command with one line and exit code ${exit}`, async (t) => {
    await using running = startProcess([...command], env)
    const { code, text } = await running.ended()
    t.equal(code, exit)
    t.match(text, message)
    const lines = text.split("\n").filter((line) => !line.startsWith("Starting "))
    t.equal(lines.length, 1, "one line, without a stack")
  })
}

for (const [file, name, options] of [
  ["host/start.ts", "npm start --", startCommand.options],
  ["host/serve.ts", "npm run host --", hostCommand.options],
  ["host/worker.ts", "npm run worker --", { "health-port": {}, "health-host": {} }],
  ["bench/main.ts", "npm run bench --", benchCommand.options],
  ["test/chaos/run.ts", "npm run chaos --", chaosCommand.options],
  ["test/openstack/run.ts", "npm run test:openstack --", openstackCommand.options],
] as const) {
  t.test(`${file} --help prints usage, options and an example and starts nothing`, async (t) => {
    // With this address everything but the help would fail.
    await using running = startProcess([file, "--help"], { DATABASE_URL: nowhere })
    const { code, text } = await running.ended()
    t.equal(code, 0)
    t.match(text, `Usage: ${name} [options]`)
    for (const option of [...Object.keys(options), "help"])
      t.ok(new RegExp(`^ {2}--${option}\\b`, "m").test(text), `it lists --${option}`)
    t.match(text, /^Examples?:\n {2}\S/m)
  })
}

t.test("an unknown option is refused in one line with the nearest known one", async (t) => {
  for (const [file, given, nearest] of [
    ["host/start.ts", "--sise", "--size"],
    ["host/serve.ts", "--jsn", "--json"],
    ["host/worker.ts", "--health-prot", "--health-port"],
    ["bench/main.ts", "--no-sequentiel", "--no-sequential"],
    ["test/chaos/run.ts", "--minute", "--minutes"],
    ["test/openstack/run.ts", "--minuts", "--minutes"],
  ] as const) {
    await using running = startProcess([file, given], { DATABASE_URL: nowhere })
    t.strictSame(await running.ended(), {
      code: 2,
      text: `unknown option ${given}; did you mean ${nearest}?`,
    })
  }
})

t.test("the demo refuses a database with tables that it did not create", (t) =>
  withDatabase(async ({ url }) => {
    await using running = startProcess(["host/start.ts", "--once"], { DATABASE_URL: url })
    const { code, text } = await running.ended()
    t.equal(code, 1)
    t.match(text, /already holds Waldur's tables/)
  }),
)

t.test("npm run host prints what a client needs, and npm run worker runs its migrations", async (t) => {
  await using host = startProcess(
    ["host/serve.ts", "--json", "--size", "small", "--latency", "0", "--no-worker"],
    {
      DATABASE_URL: undefined,
    },
  )
  const [line] = await host.line(/^\{.*\}$/)
  const facts = JSON.parse(line)
  const uuid = /^[0-9a-f]{32}$/
  const token = /^[0-9a-f]{40}$/
  t.match(facts, {
    url: /^http:\/\/127\.0\.0\.1:\d+$/,
    tokens: { staff: token, owner: token, stranger: token },
    src_resource: uuid,
    dst_offering: uuid,
    dst_plan: uuid,
    other_plan: uuid,
    volume_types: { src: [uuid], dst: [uuid] },
    networks: [uuid, uuid],
    database_url: /^postgres:/,
  })
  const migrations = `${facts.url}/api/openstack-migrations/`
  const body = {
    src_resource: facts.src_resource,
    dst_offering: facts.dst_offering,
    dst_plan: facts.dst_plan,
  }
  const made = await ask(migrations, { method: "POST", token: facts.tokens.owner, body })
  t.equal(made.status, 201)
  const { uuid: migration } = made.body as MigrationDetails
  await using worker = startProcess(["host/worker.ts", "--health-port", "0"], {
    DATABASE_URL: facts.database_url,
  })
  const [, health = ""] = await worker.line(/Health and metrics: (http:\S+)\/health\/ready/)
  await worker.line(/worker is ready/i)
  for (const url of [`${health}/health/ready`, `${facts.url}/health/ready`])
    t.match(await ask(url), { status: 200, body: { ready: true } })
  await using taken = startProcess(["host/worker.ts"], {
    DATABASE_URL: facts.database_url,
    HEALTH_PORT: new URL(health).port,
  })
  t.match(await taken.ended(), { code: 1, text: /EADDRINUSE/ }, "a worker whose health port is taken ends")
  t.match(await ended(`${migrations}${migration}/`, `Token ${facts.tokens.owner}`), { state: "OK" })
  for (const url of [`${health}/metrics`, `${facts.url}/metrics`])
    t.match((await ask(url)).body, /^openstack_replication_migrations\{state="OK"\} 1$/m)
  t.equal(await worker.end(), 0)
  t.equal(await host.end(), 0)
})
