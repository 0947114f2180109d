import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

interface Event {
  readonly id: number | undefined
  readonly event: string
  readonly data: { readonly data: Record<string, unknown>; readonly kinds: readonly unknown[] }
}

interface Reading {
  readonly token?: string
  readonly after?: number | string
  readonly signal?: AbortSignal
}

async function open(world: TestWorld, uuid: string, reading: Reading = {}): Promise<Response> {
  return fetch(`${world.url}/api/openstack-migrations/${uuid}/events/`, {
    headers: {
      Authorization: `Token ${reading.token ?? world.rows.users.owner.token}`,
      Accept: "text/event-stream",
      ...(reading.after !== undefined && { "Last-Event-ID": String(reading.after) }),
    },
    ...(reading.signal && { signal: reading.signal }),
  })
}

/** Events of a stream, until it ends or `most` are read. */
async function read(answer: Response, most = Number.POSITIVE_INFINITY): Promise<readonly Event[]> {
  const events: Event[] = []
  let text = ""
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    const whole = text.split("\n\n")
    text = whole.pop() ?? ""
    for (const block of whole) {
      const field = (name: string) =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2)
      const [id, event = "", data = "null"] = [field("id"), field("event"), field("data")]
      events.push({ id: id === undefined ? undefined : Number(id), event, data: JSON.parse(data) })
      if (events.length >= most) return events
    }
  }
  return events
}

const numbered = (events: readonly Event[]) => events.filter(({ id }) => id !== undefined)

t.test("a stream tells all that happens, numbered without gaps, and ends with the migration", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    world.destination.setLatency(20)
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const answer = await open(world, uuid)
    t.equal(answer.status, 200)
    t.match(answer.headers.get("content-type"), /^text\/event-stream/)
    const events = await read(answer)
    const news = numbered(events)
    t.strictSame(
      news.map(({ id }) => id),
      news.map((_, index) => index + 1),
    )
    t.match(news[0], { event: "action", data: { data: { action: "create", by: /.+/ } } })
    const states = news.flatMap(({ event, data }) => (event === "migration" ? [data.data.state] : []))
    t.strictSame(states, ["CREATING", "OK"])
    const ports = news
      .filter(
        ({ event, data }) => event === "objects" && data.data.kind === "port" && data.data.state === "done",
      )
      .reduce((sum, { data }) => sum + Number(data.data.count), 0)
    t.equal(ports, 10)
    const last = events.at(-1)
    t.equal(last?.event, "progress")
    t.strictSame(last?.data, JSON.parse(JSON.stringify(await world.owner.progress(uuid))))

    const middle = 7
    const rest = numbered(await read(await open(world, uuid, { after: middle })))
    t.strictSame(rest, news.slice(middle), "who comes back hears the rest, and nothing twice")
    const over = await open(world, uuid, { after: news.length })
    t.equal(over.status, 204, "who has heard all need not come back")
    const odd = numbered(await read(await open(world, uuid, { after: "no number" })))
    t.equal(odd.length, news.length)
  }),
)

t.test("streams are for those who see the migration, and a few at a time", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const { stranger, staff } = world.rows.users
      t.equal((await open(world, uuid, { token: stranger.token })).status, 404)
      t.equal((await open(world, uuid, { token: "nobody" })).status, 401)
      const leaving = new AbortController()
      const streams = await Promise.all(
        Array.from({ length: 10 }, () => open(world, uuid, { signal: leaving.signal })),
      )
      t.strictSame(new Set(streams.map(({ status }) => status)), new Set([200]))
      const eleventh = await open(world, uuid)
      t.equal(eleventh.status, 429)
      t.match(await eleventh.json(), { detail: /10 streams/ })
      t.equal((await open(world, uuid, { token: staff.token, signal: leaving.signal })).status, 200)
      leaving.abort()
      while ((await peek(world, uuid)) === 429) await sleep(20)
      t.pass("a reader who leaves makes room")
    },
    { worker: false },
  ),
)

async function peek(world: TestWorld, uuid: string): Promise<number> {
  const leaving = new AbortController()
  const { status } = await open(world, uuid, { signal: leaving.signal })
  leaving.abort()
  return status
}

t.test("a server that is closed ends its streams and does not wait for their readers", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const answer = await open(world, uuid)
      const reading = read(answer)
      await world.app.close()
      t.match(numbered(await reading), [{ event: "action" }])
    },
    { worker: false },
  ),
)

t.test("what is done to a migration is told with the name of who asked", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      await ask(`${world.url}/api/openstack-migrations/${uuid}/cancel/`, {
        method: "POST",
        token: world.rows.users.owner.token,
      })
      const worker = await world.startWorker()
      const news = numbered(await read(await open(world, uuid)))
      await worker.stop()
      const actions = news.flatMap(({ event, data }) => (event === "action" ? [data.data] : []))
      t.match(actions, [{ action: "create" }, { action: "cancel", by: actions[0]?.by }])
      const skipped = news.filter(({ data }) => data.data.state === "skipped")
      t.ok(skipped.length > 0, "what was let go is told")
    },
    { worker: false },
  ),
)
