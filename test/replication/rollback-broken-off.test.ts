import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { act } from "../helpers/migration.ts"
import { offGateway } from "../helpers/off-gateway.ts"
import { startProcess } from "../helpers/process.ts"
import { request } from "../helpers/rollback.ts"
import { wholeCloud } from "../helpers/whole-cloud.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const forbidden = {
  status: 403,
  body: { NeutronError: { type: "PolicyNotAuthorized", message: "disallowed by policy", detail: "" } },
}

/** Ways to end a migration after its groups and their default rules were created. */
const endings: Readonly<Record<string, (world: TestWorld, uuid: Promise<string>) => void>> = {
  "was cancelled": (world, uuid) => {
    world.destination.onRequest = async ({ method, path }) => {
      if (method === "POST" && path === "security-groups") await act(world, await uuid, "cancel")
      return undefined
    }
  },
  "could not read": (world) => {
    let groups = false
    world.destination.onRequest = async ({ method, path }) => {
      if (path !== "security-groups") return undefined
      if (method === "POST") groups = true
      return groups && method === "GET" ? forbidden : undefined
    }
  },
}

for (const [what, end] of Object.entries(endings)) {
  t.test(`a migration that ${what} before its rules is rolled back, default rules included`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const cloud = await wholeCloud(world.destinationCloud)
      const made = Promise.withResolvers<string>()
      end(world, made.promise)
      const { uuid } = await world.create(tenant, request)
      made.resolve(uuid)
      t.equal((await world.ended(uuid)).state, "ERRED")
      world.destination.onRequest = undefined
      t.equal((await act(world, uuid, "rollback")).status, 202)
      t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)
    }),
  )
}

t.test("a rollback finds and deletes what a killed worker had requested before the cancellation", (t) =>
  withWorld(
    async (world) => {
      // The port of the interface was created first and is not recorded.
      const tenant = await world.importTenant(offGateway())
      const cloud = await wholeCloud(world.destinationCloud)
      const { uuid } = await world.create(tenant, request)
      const env = {
        DATABASE_URL: world.databaseUrl,
        WORKER: JSON.stringify({
          heartbeat: { intervalMs: 200, timeoutMs: 2_000 },
          limits: { requestsPerSecond: 1_000, inFlight: 4 },
        }),
      }
      await using first = startProcess(["test/helpers/own-worker.ts"], env)
      const cancelled = Promise.withResolvers<void>()
      world.destination.onRequest = async ({ method, path, body }) => {
        const attaches = method === "PUT" && path.endsWith("add_router_interface")
        if (!attaches || !JSON.stringify(body).includes("port_id")) return undefined
        world.destination.onRequest = undefined
        first.signal("SIGKILL")
        t.equal((await act(world, uuid, "cancel")).status, 202)
        cancelled.resolve()
        return "drop-before"
      }
      await cancelled.promise
      await using second = startProcess(["test/helpers/own-worker.ts"], env)
      t.equal((await world.ended(uuid)).state, "ERRED")
      t.equal((await act(world, uuid, "rollback")).status, 202)
      t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)
      t.equal(await second.end(), 0)
    },
    { worker: false },
  ),
)
