import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { createResource, listResources } from "../../../src/openstack/index.ts"
import { ask } from "../../helpers/http.ts"
import { enrich } from "../../helpers/rich-tenant.ts"
import { richView } from "../../helpers/rich-view.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { openDoor } from "../proxy.ts"
import { type RealWorld, withRealWorld } from "../real-world.ts"
import { cloud, patience } from "../suite.ts"

t.setTimeout(patience.timeout)

const body = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }
const full = (what: string) => ({
  NeutronError: { type: "OverQuota", message: `Quota exceeded for resources: ['${what}'].`, detail: "" },
})

t.test("a rollback deletes a copy with every attribute and nothing else", patience, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.cloud, projectId),
    )
    const before = await richView(world.cloud, tenant.projectId)
    const { migration, projectId } = await world.replicate(tenant, body)
    await act(world, migration.uuid, "rollback")
    const ended = await world.ended(migration.uuid)
    t.match(ended, { state: "ERRED", dst_resource_state: "Terminated" })
    t.match(ended.error_message, /^Rollback requested by .+ is complete: \d+ objects were removed\.$/)
    t.strictSame(await world.leftOf([projectId]), [], "nothing of the copy is left")
    t.strictSame(await richView(world.cloud, tenant.projectId), before, "the source is as it was")
  }),
)

/** The stages that make something in Neutron, by what they ask it for. */
const stages = ["networks", "subnets", "routers", "security-groups", "security-group-rules", "ports"]

t.test("a rollback deletes a copy that failed, whatever the stage", patience, async (t) => {
  const door = await openDoor(cloud.authUrl)
  try {
    await withRealWorld(
      cloud,
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        for (const stage of stages) {
          door.refuse = (method, path) =>
            method === "POST" && path.endsWith(`/v2.0/${stage}`) ? full(stage) : undefined
          const { uuid } = await world.create(tenant, body)
          t.equal((await world.ended(uuid)).state, "ERRED", `it fails at ${stage}`)
          const { projectId } = await world.copyOf(uuid)
          await act(world, uuid, "rollback")
          t.match(await world.ended(uuid), {
            dst_resource_state: "Terminated",
            error_message: /^Rollback requested by .+ is complete/,
          })
          t.strictSame(await world.leftOf([projectId]), [], "nothing is left")
        }
      },
      { destinationUrl: door.authUrl },
    )
  } finally {
    await door.close()
  }
})

t.test("a retry after a refusal creates what is missing and nothing twice", patience, async (t) => {
  const door = await openDoor(cloud.authUrl)
  try {
    await withRealWorld(
      cloud,
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        door.refuse = (method, path) =>
          method === "POST" && path.endsWith("/v2.0/ports") ? full("port") : undefined
        const { uuid } = await world.create(tenant, body)
        const erred = await world.ended(uuid)
        t.equal(erred.state, "ERRED")
        t.match(erred.error_message, /Quota exceeded for resources: \['port'\]/)
        door.refuse = () => undefined
        world.takeCalls()
        await act(world, uuid, "retry")
        t.equal((await world.ended(uuid)).state, "OK")
        const writes = world.takeCalls().filter((call) => call.write)
        t.strictSame([...new Set(writes.map(({ method, path }) => `${method} ${path}`))], ["POST /ports"])
        const { projectId } = await world.copyOf(uuid)
        t.strictSame(
          await viewTenant(world.cloud, projectId),
          await viewTenant(world.cloud, tenant.projectId),
        )
      },
      { destinationUrl: door.authUrl },
    )
  } finally {
    await door.close()
  }
})

t.test("a rollback leaves unmanaged resources and their project", patience, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { migration, projectId } = await world.replicate(tenant, body)
    const theirs = await createResource(world.cloud, "networks", { project_id: projectId, name: "theirs" })
    const before = await viewTenant(world.cloud, projectId)
    await act(world, migration.uuid, "rollback")
    const ended = await world.ended(migration.uuid)
    t.match(ended, { state: "OK", dst_resource_state: "OK" })
    t.match(
      ended.error_message,
      /^Rollback requested by .+ was refused, because the tenant is in use: network "theirs"\./,
    )
    t.strictSame(await viewTenant(world.cloud, projectId), before)
    const networks = await listResources(world.cloud, "networks", { project_id: projectId })
    t.ok(networks.some(({ id }) => id === theirs.id))
  }),
)

async function act(world: RealWorld, uuid: string, action: string): Promise<void> {
  const { token } = world.rows.users.owner
  const answer = await ask(`${world.url}/api/openstack-migrations/${uuid}/${action}/`, {
    method: "POST",
    token,
  })
  if (answer.status >= 300)
    throw new Error(`${action} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}
