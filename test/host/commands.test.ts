import t from "tap"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ended } from "../examples/marketplace.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"
import { startProcess } from "../helpers/process.ts"

const nowhere = "postgres://nobody@127.0.0.1:1/none"
const unreachable = /database .*cannot be reached: .*ECONNREFUSED/

for (const [title, command, env, exit, words] of [
  ["a worker without a database", ["host/worker.ts"], { DATABASE_URL: undefined }, 1, /Set DATABASE_URL/],
  ["a worker whose database is down", ["host/worker.ts"], { DATABASE_URL: nowhere }, 1, unreachable],
  ["a host whose database is down", ["host/serve.ts", "--json"], { DATABASE_URL: nowhere }, 1, unreachable],
  ["a demo whose database is down", ["host/start.ts", "--once"], { DATABASE_URL: nowhere }, 1, unreachable],
  [
    "a host of a size that is none",
    ["host/serve.ts", "--size", "huge"],
    {},
    2,
    /small, medium, large, not "huge"/,
  ],
  [
    "a host at a port that is none",
    ["host/serve.ts", "--port", "x"],
    {},
    2,
    /--port is a whole number up to 65535/,
  ],
  [
    "a worker at a port that is none",
    ["host/worker.ts", "--health-port", "x"],
    {},
    2,
    /--health-port is a whole number up to 65535/,
  ],
  ["a worker with an argument that is none", ["host/worker.ts", "--nope"], {}, 2, /--nope/],
  ["a host with an argument that is none", ["host/serve.ts", "--nope"], {}, 2, /--nope/],
] as const) {
  t.test(`${title} says so in a line and ends with code ${exit}`, async (t) => {
    await using running = startProcess([...command], env)
    const { code, text } = await running.ended()
    t.equal(code, exit)
    t.match(text, words)
    t.notMatch(text, /^ +at /m, "without a stack")
  })
}

t.test("the demo leaves a marketplace's own database alone", (t) =>
  withDatabase(async ({ url }) => {
    await using running = startProcess(["host/start.ts", "--once"], { DATABASE_URL: url })
    const { code, text } = await running.ended()
    t.equal(code, 1)
    t.match(text, /already holds Waldur's tables/)
  }),
)

t.test("npm run host says all that a client needs, and npm run worker does its work", async (t) => {
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
  t.match(
    await taken.ended(),
    { code: 1, text: /EADDRINUSE/ },
    "a worker that cannot be watched does not work",
  )
  t.match(await ended(`${migrations}${migration}/`, `Token ${facts.tokens.owner}`), { state: "OK" })
  for (const url of [`${health}/metrics`, `${facts.url}/metrics`])
    t.match((await ask(url)).body, /^openstack_replication_migrations\{state="OK"\} 1$/m)
  t.equal(await worker.end(), 0)
  t.equal(await host.end(), 0)
})
