import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { withWorld } from "../helpers/world.ts"

t.test("rules and tenant of a copy are written as Waldur writes them", (t) =>
  withWorld(async (world) => {
    const { pool } = world
    const { uuid, dst_resource_uuid } = await world.create(await world.importTenant(demoTenant("small")))
    t.equal((await world.ended(uuid)).state, "OK")
    const { rows } = await pool.query(
      `select tenant.*, resource.backend_metadata from openstack_tenant tenant
       join marketplace_resource resource on resource.object_id = tenant.id where resource.uuid = $1`,
      [dst_resource_uuid],
    )
    const [tenant] = rows
    t.match(tenant, {
      action: "",
      action_details: "{}",
      task_id: null,
      runtime_state: "",
      error_message: "",
      error_traceback: "",
      availability_zone: "",
      default_volume_type_name: "",
      external_network_id: world.destination.externalNetworkIds[0],
      backend_metadata: { state: "OK", action: "", action_details: {}, runtime_state: "" },
    })
    const last = await pool.query(
      "select backend_id from openstack_network where tenant_id = $1 order by id desc limit 1",
      [tenant.id],
    )
    t.equal(tenant.internal_network_id, last.rows[0].backend_id, "the network that was created last")
    const { router_fixed_ips: addresses } = tenant.backend_metadata
    t.equal(addresses.length, 2, "the addresses of its router")

    const rules = await pool.query<{ protocol: string; from_port: number; to_port: number; cidr: string }>(
      `select rule.* from openstack_securitygrouprule rule
       join openstack_securitygroup own on own.id = security_group_id where tenant_id = $1`,
      [tenant.id],
    )
    t.equal(rules.rowCount, 20)
    t.ok(
      rules.rows.some(
        ({ protocol, from_port, to_port }) => protocol === "" && from_port === -1 && to_port === -1,
      ),
    )
    for (const { protocol, from_port, to_port, cidr } of rules.rows) {
      t.not(protocol, null)
      t.not(from_port, null, "any port is -1")
      t.not(to_port, null, "any port is -1")
      t.not(cidr, "", "no range is null")
    }
  }),
)

t.test("what a cloud does not show is named, and the copy is OK", (t) =>
  withWorld(async (world) => {
    const { pool } = world
    world.destination.setMissing({ services: ["image"] })
    world.destination.onRequest = async ({ service, path }) =>
      service === "compute" && path === "flavors/detail" ? { status: 403, body: {} } : undefined
    const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
    const ended = await world.ended(uuid)
    t.equal(ended.state, "OK")
    t.equal(ended.error_message, "")
    const { rows } = await pool.query(
      "select verification -> 'notRead' as parts from openstack_replication.run",
    )
    t.match(rows, [{ parts: [/^flavors: .*403/, /^images: .*image/] }])
    const page = await fetch(`${world.url}/api/openstack-migrations/${uuid}/report/?format=markdown`, {
      headers: { authorization: `Token ${world.rows.users.owner.token}` },
    })
    t.match(await page.text(), /Not read for the marketplace.*flavors.*403.*images/s)
    const types = await pool.query("select from openstack_volumetype_tenants")
    t.ok((types.rowCount ?? 0) >= 4, "the others have rows")
  }),
)
