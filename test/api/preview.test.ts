import type { Static } from "@sinclair/typebox"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { previewResponse } from "../../src/serializers/preview.ts"
import { ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

type Preview = Static<typeof previewResponse>

async function previewed(world: TestWorld, body: object): Promise<Preview> {
  const answer = await ask(`${world.url}/api/openstack-migrations/preview/`, {
    method: "POST",
    token: world.rows.users.owner.token,
    body: {
      dst_offering: world.rows.destination.offering.uuid,
      dst_plan: world.rows.destinationPlan.uuid,
      ...body,
    },
  })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body as Preview
}

const codes = ({ warnings }: Preview) => warnings.map(({ code }) => code)

t.test("a preview returns the plan of a request, stores nothing and calls no cloud", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const rows = async () => {
        const counted = await world.pool.query(
          `select (select count(*) from openstack_tenant) as tenants, (select count(*) from marketplace_resource) as resources,
             (select count(*) from waldur_openstack_replication_migration) as migrations,
             (select count(*) from openstack_replication.object) as objects, (select count(*) from logging_event) as events,
             (select count(*) from graphile_worker._private_jobs) as jobs`,
        )
        return counted.rows[0]
      }
      const before = await rows()
      const subnets = [{ src_cidr: "10.20.0.0/24", dst_cidr: "10.77.0.0/24" }]
      const preview = await previewed(world, {
        src_resource: tenant.resourceUuid,
        name: "copy",
        mappings: { subnets, static_routes: "reachable" },
      })
      t.strictSame(await rows(), before, "stores nothing")
      t.equal(world.calls.length, 0, "and calls no cloud")

      const objects = (kind: string) => preview.kinds.find((one) => one.kind === kind)?.objects ?? []
      const [moved] = objects("subnet").filter(({ name }) => name === "app-0")
      t.match(moved, {
        source: /^[0-9a-f-]{36}$/,
        desired: { cidr: "10.77.0.0/24", gateway_ip: /^10\.77\./ },
        mapped: { cidr: "10.20.0.0/24", gateway_ip: /^10\.20\./ },
      })
      t.strictSame(
        objects("network").map(({ mapped }) => mapped),
        [{}, {}],
        "lists what a mapping changes, and nothing for an object that is kept",
      )
      t.ok(
        objects("route").some(({ mapped }) => "nexthop" in mapped),
        "also for routes",
      )
      t.ok(
        preview.unread.includes("network.dns_domain"),
        "lists the attributes that only the source cloud has",
      )
      t.strictSame(preview.limits, { cores: 8, ram: 16_384, gigabytes_standard: 100, gigabytes_ssd: 50 })
      t.match(preview.quotas, { vcpu: 8, gigabytes_nvme: 0 })
      t.strictSame(preview.warnings, [], "has no warnings")
    },
    { worker: false },
  ),
)

t.test("a preview warns of names, limits and migrations that exist in the destination", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const request = { src_resource: tenant.resourceUuid, name: "copy" }
      await world.pool.query("update marketplace_offeringcomponent set max_value = 4 where type = 'cores'")
      t.strictSame(codes(await previewed(world, request)), ["OFFERING_LIMIT"])
      await world.create(tenant, { name: "copy" })
      t.strictSame(codes(await previewed(world, request)), [
        "OFFERING_LIMIT",
        "NAME_TAKEN",
        "DUPLICATE_MIGRATION",
      ])
      await world.pool.query("update waldur_openstack_replication_migration set state = 3")
      t.strictSame(codes(await previewed(world, { ...request, name: "other" })), ["OFFERING_LIMIT"])
    },
    { worker: false },
  ),
)

t.test("a preview estimates the number of calls", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const mappings = { sync_instance_ports: true }
    const { estimate } = await previewed(world, { src_resource: tenant.resourceUuid, mappings })
    world.destination.resetStats()
    const { uuid } = await world.create(tenant, { mappings })
    t.equal((await world.ended(uuid)).state, "OK")
    const { calls, writes } = world.destination.stats()
    t.equal(estimate.writes, writes)
    t.ok(Math.abs(estimate.calls - calls) <= 10, `${estimate.calls} estimated, ${calls} sent`)
  }),
)
