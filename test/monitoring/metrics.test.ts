import { readFile } from "node:fs/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { kindNames } from "../../src/planning/kind-names.ts"
import { ask } from "../helpers/http.ts"
import { type Sample, samplesOf } from "../helpers/samples.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

async function metricsOf({ url }: TestWorld): Promise<readonly Sample[]> {
  const { status, headers, body } = await ask(`${url}/metrics`)
  t.equal(status, 200)
  t.match(headers.get("content-type"), /^text\/plain; version=0\.0\.4/)
  return samplesOf(String(body))
}

/** Sums the samples of a metric that have the given labels. */
function sum(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}) {
  return samples
    .filter((one) => one.name === `openstack_replication_${name}`)
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((total, { value }) => total + value, 0)
}

t.test("metrics count calls, stages, migrations, jobs and workers", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const before = await metricsOf(world)
    t.equal(sum(before, "migrations", { state: "OK" }), 0)
    t.equal(sum(before, "workers"), 1)
    t.equal(sum(before, "database_up"), 1)
    await world.ended((await world.create(tenant)).uuid)

    const after = await metricsOf(world)
    t.equal(sum(after, "migrations", { state: "OK" }), 1)
    t.equal(sum(after, "objects"), 0, "objects are counted while their migration runs")
    const { calls } = world
    t.equal(sum(after, "cloud_calls_total"), calls.length, "every call once")
    t.equal(sum(after, "cloud_call_seconds_count"), calls.length)
    const creates = calls.filter(({ service, method }) => service === "network" && method === "POST").length
    const posts = { cloud: "OpenStack, region B", service: "network", method: "POST", status: "201" }
    t.equal(sum(after, "cloud_calls_total", posts), creates)
    t.equal(sum(after, "stages_total", { stage: "network", outcome: "done" }), 1)
    t.equal(sum(after, "stage_seconds_count", { stage: "verify" }), 1)
    t.equal(sum(after, "jobs", { state: "waiting" }), 0)
  }),
)

t.test("waiting work is counted: objects by kind and state, jobs, and the age of the oldest job", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      await world.create(tenant)
      await world.create(tenant)
      const samples = await metricsOf(world)
      t.equal(sum(samples, "migrations", { state: "CREATION_SCHEDULED" }), 2)
      t.equal(sum(samples, "objects", { kind: "network", state: "planned" }), 4)
      t.ok(sum(samples, "jobs", { state: "waiting" }) >= 2)
      t.ok(sum(samples, "oldest_waiting_job_seconds") > 0)
      t.equal(sum(samples, "workers"), 0)
    },
    { worker: false },
  ),
)

t.test("a dead worker is not counted, although its row still exists", (t) =>
  withWorld(
    async (world) => {
      await world.pool.query(
        "insert into openstack_replication.worker (pool) values ('pool-of-a-dead-worker')",
      )
      t.equal(sum(await metricsOf(world), "workers"), 0)
    },
    { worker: false },
  ),
)

t.test("docs/operations.md lists every metric with its labels, and no other", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    world.destination.onRequest = async ({ path }) => {
      world.destination.onRequest = undefined
      return path === "auth/tokens" ? { status: 429, headers: { "retry-after": "1" } } : undefined
    }
    const { uuid } = await world.create(tenant)
    const found = new Map<string, string>()
    // Objects are counted while a migration runs, its last stage when it has ended.
    await waitFor("the migration to end as OK", async () => {
      const { state } = await world.owner.retrieve(uuid)
      for (const { name, labels } of await metricsOf(world)) {
        const of = name.replace(/_(bucket|sum|count)$/, "")
        const names = Object.keys(labels).filter((label) => label !== "le")
        found.set(of, names.map((label) => `\`${label}\``).join(", "))
      }
      return state === "OK"
    })
    const page = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8")
    const table = [...page.matchAll(/^\| `(openstack_replication_\w+)` \| (.*?) ?\|/gm)]
    t.strictSame(
      new Map(table.map(([, name = "", labels = ""]) => [name, labels] as const).toSorted(byName)),
      new Map([...found].toSorted(byName)),
    )
  }),
)

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1
}

t.test("labels are bounded: none holds a migration, a tenant or a user", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    await world.ended((await world.create(tenant)).uuid)
    const allowed: Readonly<Record<string, RegExp>> = {
      cloud: /^OpenStack, region [AB]$/,
      service: /^(identity|network|compute|volume|image)$/,
      method: /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/,
      status: /^\d{1,3}$/,
      stage: new RegExp(`^(survey|verify|${kindNames.join("|")})$`),
      kind: new RegExp(`^(${kindNames.join("|")})$`),
      outcome: /^[a-z_]+$/,
      state: /^[A-Za-z_]+$/,
      le: /^(\+Inf|[\d.]+)$/,
    }
    for (const { name, labels } of await metricsOf(world))
      for (const [label, value] of Object.entries(labels))
        if (!allowed[label]?.test(value)) t.fail(`${name}: ${label}="${value}"`)
    t.pass("all labels are checked")
  }),
)

t.test("metrics require the token", (t) =>
  withWorld(
    async ({ url }) => {
      const get = (authorization?: string) =>
        ask(`${url}/watch/metrics`, { headers: authorization === undefined ? {} : { authorization } })
      for (const wrong of [undefined, "", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Token s3cret"]) {
        const refused = await get(wrong)
        t.equal(refused.status, 401, `with ${wrong}`)
        t.equal(refused.headers.get("x-error-code"), "NOT_AUTHENTICATED")
        t.notMatch(refused.body, /openstack_replication/)
      }
      t.equal((await get("Bearer s3cret")).status, 200)
    },
    { metrics: { path: "/watch/metrics", token: "s3cret" }, worker: false },
  ),
)

t.test("a response that limits the rate is counted, with its time to wait", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    let requests = 0
    world.destination.onRequest = async ({ path }) =>
      path === "networks" && requests++ === 0 ? { status: 429, headers: { "retry-after": "1" } } : undefined
    await world.ended((await world.create(tenant)).uuid)
    const samples = await metricsOf(world)
    t.equal(sum(samples, "rate_limited_total", { cloud: "OpenStack, region B" }), 1)
    t.equal(sum(samples, "rate_limited_seconds_total", { cloud: "OpenStack, region B" }), 1)
  }),
)
