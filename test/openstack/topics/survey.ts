import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { deleteResource, listResources } from "../../../src/openstack/index.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { type RealWorld, withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

const mappings = { sync_instance_ports: true, static_routes: "reachable" }

t.test("an object that has a row and is gone from the cloud is reported and not copied", longTimeout, (t) =>
  withRealWorld(cloud, async (world) => {
    const spec = demoTenant("small")
    const lost = { key: "lost", name: "lost", description: "" }
    const tenant = await world.importTenant({
      ...spec,
      networks: [...spec.networks, lost],
      groups: [...spec.groups, { ...lost, rules: [] }],
      quotas: { ...spec.quotas, network: 10, security_group: 10 },
    })
    const query = { project_id: tenant.projectId, name: "lost" }
    for (const collection of ["networks", "security-groups"] as const) {
      const [found] = await listResources(world.cloud, collection, query)
      await deleteResource(world.cloud, collection, found?.id ?? "")
    }
    const { projectId } = await world.replicate(tenant, { mappings })
    t.strictSame(
      await viewTenant(world.cloud, projectId),
      await viewTenant(world.cloud, tenant.projectId),
      "the rest is copied",
    )
    const { survey } = await runOf(world)
    t.strictSame(
      survey.findings.map(({ kind, name, message }) => `${kind} ${name}: ${message}`),
      ["network", "security_group"].map(
        (kind) =>
          `${kind} lost: Waldur has a row for it, but the source cloud no longer has it. It is not copied.`,
      ),
    )
  }),
)

t.test(
  "a source that cannot be read is copied from its rows, and the report names what they lack",
  longTimeout,
  (t) =>
    withRealWorld(cloud, async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      await world.pool.query("update structure_servicesettings set password = 'changed' where id = $1", [
        world.rows.source.settings.id,
      ])
      const { projectId } = await world.replicate(tenant, { mappings })
      t.strictSame(await viewTenant(world.cloud, projectId), await viewTenant(world.cloud, tenant.projectId))
      const { survey } = await runOf(world)
      t.match(survey.unread, /sign in/)
      for (const attribute of ["subnet.ipv6_ra_mode", "port.extra_dhcp_opts", "router.admin_state_up"])
        t.ok(survey.unknown.includes(attribute), `${attribute} is named`)
    }),
)

async function runOf(world: RealWorld) {
  const { rows } = await world.pool.query<{
    survey: {
      unread?: string
      unknown: string[]
      findings: { kind: string; name: string; message: string }[]
    }
  }>("select survey from openstack_replication.run")
  const [run] = rows
  if (run === undefined) throw new Error("no run")
  return run
}
