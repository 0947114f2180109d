import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { waitFor } from "../helpers/wait-for.ts"
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

/** Reads the events of a stream, until it ends or `max` are read. */
async function read(answer: Response, max = Number.POSITIVE_INFINITY): Promise<readonly Event[]> {
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
      if (events.length >= max) return events
    }
  }
  return events
}

const numbered = (events: readonly Event[]) => events.filter(({ id }) => id !== undefined)

t.test("a stream has all events of a migration, numbered without gaps, and ends with it", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    world.destination.setLatency(20)
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const answer = await open(world, uuid)
    t.equal(answer.status, 200)
    t.match(answer.headers.get("content-type"), /^text\/event-stream/)
    const events = await read(answer)
    const received = numbered(events)
    t.strictSame(
      received.map(({ id }) => id),
      received.map((_, index) => index + 1),
    )
    t.match(received[0], { event: "action", data: { data: { action: "create", by: /.+/ } } })
    const states = received.flatMap(({ event, data }) => (event === "migration" ? [data.data.state] : []))
    t.strictSame(states, ["CREATING", "OK"])
    const ports = received
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
    t.strictSame(rest, received.slice(middle), "a client that reconnects gets the rest, and nothing twice")
    const over = await open(world, uuid, { after: received.length })
    t.equal(over.status, 204, "a client that has read everything need not reconnect")
    const odd = numbered(await read(await open(world, uuid, { after: "no number" })))
    t.equal(odd.length, received.length)
  }),
)

t.test("a stream requires the right to see the migration, and a user may open ten", (t) =>
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
      t.match(await eleventh.json(), { detail: /10 event streams/ })
      t.equal((await open(world, uuid, { token: staff.token, signal: leaving.signal })).status, 200)
      leaving.abort()
      await waitFor("a stream that was closed to make room", async () => (await peek(world, uuid)) !== 429)
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

t.test("closing the server ends its streams without waiting for their clients", (t) =>
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

t.test("an action is an event with the name of the user who requested it", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      await ask(`${world.url}/api/openstack-migrations/${uuid}/cancel/`, {
        method: "POST",
        token: world.rows.users.owner.token,
      })
      const worker = await world.startWorker()
      const received = numbered(await read(await open(world, uuid)))
      await worker.stop()
      const actions = received.flatMap(({ event, data }) => (event === "action" ? [data.data] : []))
      t.match(actions, [{ action: "create" }, { action: "cancel", by: actions[0]?.by }])
      const skipped = received.filter(({ data }) => data.data.state === "skipped")
      t.ok(skipped.length > 0, "skipped objects are events")
    },
    { worker: false },
  ),
)
