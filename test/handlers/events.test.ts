import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import {
  checkContexts,
  createdOwn,
  type Expected,
  expectedOf,
  readEvents,
  readObjects,
  readRules,
} from "../helpers/event-log.ts"
import { act } from "../helpers/migration.ts"
import { request } from "../helpers/rollback.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a replication is in the event log as Waldur writes it", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const before = (await readEvents(world)).length
    const { uuid } = await world.create(tenant, request)
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK", migration.error_message)
    const events = await readEvents(world, before)
    const objects = await readObjects(world, uuid)
    const rules = await readRules(world, uuid)
    const tenantId = objects.find(({ table }) => table === "tenant")?.id ?? 0
    const { rows: ids } = await world.pool.query(
      `select resource.id as resource, resource.backend_id, project.id as project, project.customer_id as customer,
         replace(tenant.uuid::text, '-', '') as tenant from marketplace_resource resource
         join structure_project project on project.id = resource.project_id
         join openstack_tenant tenant on tenant.id = resource.object_id
       where resource.uuid = $1`,
      [migration.dst_resource_uuid],
    )
    const [{ resource, backend_id, project, customer, tenant: tenantUuid }] = ids
    const { rows: offerings } = await world.pool.query(
      "select id, customer_id from marketplace_offering where object_id = $1 and type in ('OpenStack.Instance', 'OpenStack.Volume')",
      [tenantId],
    )
    const { rows: connected } = await world.pool.query(
      "select id, name, network_id from openstack_subnet where tenant_id = $1 and is_connected",
      [tenantId],
    )
    const name = migration.dst_resource_name
    const all = [`marketplace.resource ${resource}`, "project", "customer"]
    const changed = `Marketplace resource '${name}' has been changed. Field`
    const expected: readonly Expected[] = [
      ["marketplace_resource_create_requested", `Resource ${name} creation has been requested.`, all],
      ...objects.filter(({ pulled }) => !pulled).flatMap((object) => expectedOf(object, tenantId)),
      ...connected.map(
        (subnet): Expected => [
          "openstack_subnet_updated",
          `SubNet ${subnet.name} has been connected to network`,
          [`openstack.subnet ${subnet.id}`, `openstack.network ${subnet.network_id}`],
        ],
      ),
      ...rules.map(
        ({ id, group, text }): Expected => [
          "openstack_security_group_rule_created",
          `Security group rule ${text} has been created in backend.`,
          [`openstack.securitygrouprule ${id}`, `openstack.securitygroup ${group}`],
        ],
      ),
      ...offerings.map(
        ({ id, customer_id }): Expected => [
          "marketplace_offering_created",
          "Offering has been created.",
          [`marketplace.offering ${id}`, `structure.customer ${customer_id}`],
        ],
      ),
      ["marketplace_resource_has_been_changed", `${changed} 'backend_id': from  to ${backend_id}.`, all],
      ["marketplace_resource_has_been_changed", `${changed} 'state': from Creating to OK.`, all],
      ["marketplace_resource_create_succeeded", `Resource ${name} has been created.`, all],
    ]
    const others = new Set([
      "openstack_security_group_rule_deleted",
      "marketplace_offering_component_created",
      "marketplace_offering_component_updated",
    ])
    const seen = events.filter(({ event_type }) => !others.has(event_type))
    const feedText = (feeds: readonly string[] = []) =>
      feeds
        .map(
          (feed) =>
            ({ project: `structure.project ${project}`, customer: `structure.customer ${customer}` })[feed] ??
            feed,
        )
        .join(", ")
    t.strictSame(
      seen
        .map(({ event_type, message, feeds }) => `${event_type}: ${message} (${feedText(feeds)})`)
        .toSorted(),
      expected.map(([type, message, feeds]) => `${type}: ${message} (${feedText(feeds)})`).toSorted(),
      "types, messages and feeds",
    )
    t.equal(offerings.length, 2)
    t.ok(connected.length > 0)

    const order = (type: string, message: RegExp) =>
      events.findIndex((event) => event.event_type === type && message.test(event.message))
    for (const { table, name } of objects.filter(({ table }) => table in createdOwn)) {
      if (name === "default") continue
      const [type = ""] = createdOwn[table]?.(name) ?? []
      const own = events.findIndex(
        (event) => event.event_type === type && event.message === createdOwn[table]?.(name)[1],
      )
      const of = (event_type: string) =>
        events.findIndex(
          (event) =>
            event.event_type === event_type &&
            event.message.startsWith(`Resource ${name} `) &&
            event.context.resource_type === events[own]?.context.resource_type,
        )
      t.ok(
        of("resource_creation_scheduled") < own && own < of("resource_creation_succeeded"),
        `${table} ${name}: in Waldur's order`,
      )
    }
    t.equal(order("marketplace_resource_create_requested", /./), 0, "the request comes first")
    t.match(events[1], {
      message: `Resource ${name} creation has been scheduled.`,
      feeds: [`openstack.tenant ${tenantId}`],
    })
    t.equal(order("marketplace_resource_create_succeeded", /./), events.length - 1, "the end comes last")

    await checkContexts(t, events)
    t.match(events[0]?.context, {
      ip_address: "127.0.0.1",
      user_username: "owner",
      user_full_name: "Olga Example",
      user_is_staff: "False",
      user_is_support: "False",
      user_token_lifetime: "None",
      user_uuid: /^[0-9a-f]{32}$/,
      project_end_date: "None",
      resource_cost: "None",
      resource_backend_type: "OpenStack.Tenant",
      resource_backend_uuid: tenantUuid,
      resource_get_state_display: "Creating",
      resource_created: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/,
      resource_attributes: {},
      resource_limits: { cores: Number },
    })
    t.match(events.find(({ event_type }) => event_type === "openstack_subnet_updated")?.context, {
      resource_type: "OpenStack.SubNet",
      resource_full_name: /^OpenStack SubNet ./,
      subnet_full_name: /^OpenStack SubNet ./,
      network_full_name: /^OpenStack Network ./,
      service_settings_type: "OpenStack",
    })
    for (const { context } of events.filter(({ event_type }) => event_type.includes("_rule_"))) {
      if (!String(context.security_group_rule_backend_id).match(/^[0-9a-f-]{36}$/))
        t.fail("a rule without its id")
    }
    const again = await act(world, uuid, "verify")
    t.equal(again.status, 202)
  }),
)

t.test("the counts of the medium tenant are those of an observed run of Waldur", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("medium"))
    const before = (await readEvents(world)).length
    const { uuid } = await world.create(tenant)
    t.equal((await world.ended(uuid)).state, "OK")
    const events = await readEvents(world, before)
    const byType = Map.groupBy(events, ({ event_type }) => event_type)
    const counts = Object.fromEntries([...byType].map(([type, all]) => [type, all.length]))
    t.match(counts, {
      marketplace_resource_create_requested: 1,
      marketplace_resource_has_been_changed: 2,
      marketplace_resource_create_succeeded: 1,
      marketplace_offering_created: 2,
      resource_creation_scheduled: 53,
      resource_creation_succeeded: 52,
      openstack_network_created: 10,
      openstack_subnet_created: 20,
      openstack_subnet_updated: 16,
      openstack_security_group_created: 20,
      openstack_security_group_rule_created: 204,
      // Waldur deletes all 44 default rules; here those that the copy has are kept.
      openstack_security_group_rule_deleted: 10,
    })
    for (const { message, context, feeds } of byType.get("openstack_security_group_rule_deleted") ?? []) {
      t.match(
        message,
        /^Extra security group rule .+ \(\): None \(-1 -> -1\) has been deleted in backend because/,
      )
      t.match(context.security_group_rule_backend_id, /^[0-9a-f-]{36}$/)
      t.match(feeds, [/^openstack\.securitygroup \d+$/])
    }
    await checkContexts(t, events)
  }),
)

t.test("without the handler nothing is written into the event log", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const before = (await readEvents(world)).length
      const { uuid } = await world.create(tenant)
      t.equal((await world.ended(uuid)).state, "OK")
      t.equal((await readEvents(world)).length, before)
    },
    { handlers: { events: false } },
  ),
)
