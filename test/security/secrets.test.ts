import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { RequestHook } from "../../simulator/index.ts"
import { ask } from "../helpers/http.ts"
import { keptLog } from "../helpers/kept-log.ts"
import { allRows, keepRows } from "../helpers/kept-rows.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const wrongPassword = "Wr0ng-password-of-the-settings"

/** Makes a cloud reject requests with a message that repeats their bodies and tokens. */
const repeating = (status: number, ...paths: readonly string[]): RequestHook => {
  return async ({ method, path, body, token }) =>
    method === "POST" && paths.includes(path)
      ? { status, body: { error: { code: status, message: `No: ${JSON.stringify(body)} by ${token}` } } }
      : undefined
}

t.test("no secret is in a log, response, metric, document, job or row but in its own column", (t) => {
  const log = keptLog()
  return withWorld(
    async (world) => {
      await keepRows(world.pool, ["openstack_replication", "graphile_worker"])
      const tenant = await world.importTenant(demoTenant("small"))
      const create = async (name: string) => {
        const made = await world.create(tenant, { name, mappings: { sync_instance_ports: true } })
        return world.ended(made.uuid)
      }
      const answers: string[] = []
      const act = async (uuid: string, action: string) => {
        const url = `${world.url}/api/openstack-migrations/${uuid}/${action}/`
        const { status, body } = await ask(url, { method: "POST", token: world.rows.users.owner.token })
        answers.push(JSON.stringify(body))
        if (status === 200 || status === 202) await world.ended(uuid)
        return status
      }

      const good = await create("good")
      t.equal(good.state, "OK", good.error_message)
      await act(good.uuid, "verify")

      world.destination.onRequest = repeating(400, "users", "routers")
      const refused = await create("refused")
      t.match(refused, { state: "ERRED", error_message: /\*\*\*/ }, "the cloud repeated a password")
      world.destination.onRequest = repeating(409, "routers")
      t.equal(await act(refused.uuid, "retry"), 200)
      world.destination.onRequest = undefined
      t.equal(await act(refused.uuid, "retry"), 200)

      const { id } = world.rows.destination.settings
      await world.pool.query("update structure_servicesettings set password = $1 where id = $2", [
        wrongPassword,
        id,
      ])
      world.destination.onRequest = repeating(401, "auth/tokens")
      const unsigned = await create("unsigned")
      t.match(unsigned, { state: "ERRED", error_message: /cannot sign in/ })
      world.destination.onRequest = undefined
      await world.pool.query("update structure_servicesettings set password = $1 where id = $2", [
        world.destination.admin.password,
        id,
      ])
      await act(unsigned.uuid, "retry")
      for (const { uuid } of [good, refused, unsigned])
        for (const action of ["cancel", "rollback", "run"]) await act(uuid, action)
      await world.pool.query("alter table openstack_tenant add check (user_password = '') not valid")
      await t.rejects(create("impossible"), "the database rejects the row")

      answers.push(...(await everyAnswer(world, [good, refused, unsigned])))
      const secrets = await secretsOf(world)
      for (const [kind, values] of Object.entries(secrets)) t.ok(values.length > 0, `there are ${kind}`)
      const texts = { log: log.text(), answers: answers.join("\n"), rows: await allRows(world.pool) }
      for (const [where, text] of Object.entries(texts)) {
        t.ok(text.includes(good.uuid) || where === "rows", `${where}: has content`)
        for (const [kind, values] of Object.entries(secrets))
          for (const value of values)
            for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString("base64")]) {
              const place = text.indexOf(form)
              if (place >= 0)
                t.fail(`${where}: ${kind}`, { found: text.slice(Math.max(0, place - 200), place) })
            }
      }
      for (const table of ["_private_jobs", "object", "stage", "run"])
        t.ok(texts.rows.includes(`"written": "${table} `), `rows of ${table} were kept`)
    },
    {},
    {},
    log.logger,
  )
})

interface Migration {
  readonly uuid: string
  readonly dst_resource_uuid: string
}

/** Returns the responses of every address of the OpenAPI document, and of health and metrics, for staff and owner. */
async function everyAnswer(world: TestWorld, migrations: readonly Migration[]): Promise<readonly string[]> {
  const { url, rows } = world
  const document = (await ask(`${url}/api/schema/`)).body as { paths: Record<string, object> }
  const answers = [JSON.stringify(document)]
  const own = "/api/openstack-migrations/{uuid}/"
  const paths = Object.entries(document.paths).flatMap(([path, operations]) => {
    if (!("get" in operations)) return []
    if (!path.includes("{")) return [path]
    return path.startsWith(own)
      ? migrations.map(({ uuid }) => path.replace("{uuid}", uuid))
      : migrations.map(({ dst_resource_uuid }) => path.replace(/\{\w+\}/, dst_resource_uuid))
  })
  t.ok(paths.some((path) => path.endsWith("/objects/")))
  for (const path of [...paths, "/", "/metrics", "/health/ready", "/health/live"])
    for (const accept of ["application/json", "text/html", "text/markdown", "text/event-stream"]) {
      if (accept !== "application/json" && !path.startsWith(own.replace("{uuid}/", ""))) continue
      for (const { token } of [rows.users.staff, rows.users.owner])
        answers.push(await read(url + path, token, accept))
    }
  return answers
}

/** Returns headers and body of a response; of a stream, what came within two seconds. */
async function read(url: string, token: string, accept: string): Promise<string> {
  const headers = { authorization: `Token ${token}`, accept }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) })
  let text = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n")
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error
  }
  return text
}

async function secretsOf({ pool, rows, source, destination }: TestWorld) {
  const { rows: tenants } = await pool.query<{ user_password: string }>(
    "select user_password from openstack_tenant",
  )
  return {
    "passwords of tenants": tenants.map(({ user_password }) => user_password),
    "passwords of clouds": [source.admin.password, destination.admin.password, wrongPassword],
    "tokens of clouds": [...source.tokens(), ...destination.tokens()],
    "tokens of users": Object.values(rows.users).map(({ token }) => token),
  }
}
