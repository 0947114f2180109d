import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

const full = {
  status: 409,
  body: {
    NeutronError: { type: "OverQuota", message: "Quota exceeded for resources: ['port'].", detail: "" },
  },
}

t.test("a retry creates what is missing and nothing twice", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { token } = world.rows.users.owner
    const act = (uuid: string, action: string, method = "POST") =>
      ask(`${world.url}/api/openstack-migrations/${uuid}/${action}`, { method, token })
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "ports" ? full : undefined
    const { uuid } = await world.create(tenant, {
      mappings: { sync_instance_ports: true, static_routes: "reachable" },
    })
    const early = await act(uuid, "retry/")
    t.strictSame([early.status, early.body], [409, { detail: "Valid states for operation: ERRED." }])

    const erred = await world.ended(uuid)
    t.equal(erred.state, "ERRED")
    t.match(erred.error_message, /^10 of 52 objects are missing\. .*Quota exceeded for resources: \['port'\]/)
    const failed = await act(uuid, "objects/?state=failed&page_size=3", "GET")
    t.equal(failed.headers.get("x-result-count"), "10")
    t.match(failed.body, [
      {
        kind: "port",
        state: "failed",
        create_requests: 1,
        destination: "",
        error: { status: 409 },
        reason: /Quota exceeded/,
      },
    ])
    const wrong = await act(uuid, "objects/?state=lost&kind=port", "GET")
    t.strictSame([wrong.status, wrong.body], [400, { state: ['"lost" is not a valid choice.'] }])

    world.destination.onRequest = undefined
    world.destination.resetStats()
    const again = await act(uuid, "retry/")
    t.equal(again.status, 200)
    t.match(again.body, { state: "CREATING", error_message: "", dst_resource_state: "Creating" })
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK", migration.error_message)
    t.equal(migration.dst_resource_state, "OK")
    const { byCall } = world.destination.stats()
    const writes = Object.keys(byCall).filter((call) => !call.startsWith("GET"))
    t.strictSame(writes, ["POST network/ports"], "only the ports were created")
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(migration)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
    const orders = await world.pool.query("select state, error_message from marketplace_order")
    t.strictSame(orders.rows, [{ state: 3, error_message: "" }], "the one order is done")
    t.equal((await act(uuid, "retry/")).status, 409, "an OK migration cannot be retried")
    const gone = await ask(`${world.url}/api/openstack-migrations/${uuid}/`, { method: "DELETE", token })
    t.equal(gone.status, 204)
    t.equal(
      (await world.pool.query("select from openstack_replication.object")).rowCount,
      0,
      "its records are deleted with it",
    )
  }),
)
