import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { createResource, listResources } from "../../../src/openstack/index.ts"
import { type Action, act } from "../../helpers/migration.ts"
import { enrich } from "../../helpers/rich-tenant.ts"
import { richView } from "../../helpers/rich-view.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { openProxy } from "../proxy.ts"
import { type RealWorld, withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

const body = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }
const full = (what: string) => ({
  NeutronError: { type: "OverQuota", message: `Quota exceeded for resources: ['${what}'].`, detail: "" },
})

t.test("a rollback deletes a copy with every attribute and nothing else", longTimeout, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.cloud, projectId),
    )
    const before = await richView(world.cloud, tenant.projectId)
    const { migration, projectId } = await world.replicate(tenant, body)
    await actOrThrow(world, migration.uuid, "rollback")
    const ended = await world.ended(migration.uuid)
    t.match(ended, { state: "ERRED", dst_resource_state: "Terminated" })
    t.match(ended.error_message, /^Rollback requested by .+ is complete: \d+ objects were removed\.$/)
    t.strictSame(await world.leftOf([projectId]), [], "nothing of the copy is left")
    t.strictSame(await richView(world.cloud, tenant.projectId), before, "the source is unchanged")
  }),
)

/** The stages that create something in Neutron, by their requests. */
const stages = ["networks", "subnets", "routers", "security-groups", "security-group-rules", "ports"]

t.test("a rollback deletes a copy that failed, whatever the stage", longTimeout, async (t) => {
  const proxy = await openProxy(cloud.authUrl)
  try {
    await withRealWorld(
      cloud,
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        for (const stage of stages) {
          proxy.refuse = (method, path) =>
            method === "POST" && path.endsWith(`/v2.0/${stage}`) ? full(stage) : undefined
          const { uuid } = await world.create(tenant, body)
          t.equal((await world.ended(uuid)).state, "ERRED", `it fails at ${stage}`)
          const { projectId } = await world.copyOf(uuid)
          await actOrThrow(world, uuid, "rollback")
          t.match(await world.ended(uuid), {
            dst_resource_state: "Terminated",
            error_message: /^Rollback requested by .+ is complete/,
          })
          t.strictSame(await world.leftOf([projectId]), [], "nothing is left")
        }
      },
      { destinationUrl: proxy.authUrl },
    )
  } finally {
    await proxy.close()
  }
})

t.test("a retry after a refusal creates what is missing and nothing twice", longTimeout, async (t) => {
  const proxy = await openProxy(cloud.authUrl)
  try {
    await withRealWorld(
      cloud,
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        proxy.refuse = (method, path) =>
          method === "POST" && path.endsWith("/v2.0/ports") ? full("port") : undefined
        const { uuid } = await world.create(tenant, body)
        const erred = await world.ended(uuid)
        t.equal(erred.state, "ERRED")
        t.match(erred.error_message, /Quota exceeded for resources: \['port'\]/)
        proxy.refuse = () => undefined
        world.takeCalls()
        await actOrThrow(world, uuid, "retry")
        t.equal((await world.ended(uuid)).state, "OK")
        const writes = world.takeCalls().filter((call) => call.write)
        t.strictSame([...new Set(writes.map(({ method, path }) => `${method} ${path}`))], ["POST /ports"])
        const { projectId } = await world.copyOf(uuid)
        t.strictSame(
          await viewTenant(world.cloud, projectId),
          await viewTenant(world.cloud, tenant.projectId),
        )
      },
      { destinationUrl: proxy.authUrl },
    )
  } finally {
    await proxy.close()
  }
})

t.test("a rollback leaves unmanaged resources and their project", longTimeout, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { migration, projectId } = await world.replicate(tenant, body)
    const theirs = await createResource(world.cloud, "networks", { project_id: projectId, name: "theirs" })
    const before = await viewTenant(world.cloud, projectId)
    await actOrThrow(world, migration.uuid, "rollback")
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

/** Requests an action. @throws Error where it is refused */
async function actOrThrow(world: RealWorld, uuid: string, action: Action): Promise<void> {
  const { status, body } = await act(world, uuid, action)
  if (status >= 300) throw new Error(`${action} returned ${status}: ${JSON.stringify(body)}`)
}
