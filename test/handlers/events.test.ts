import { readFile } from "node:fs/promises"
import { join } from "node:path"
import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { act } from "../helpers/migration.ts"
import { full, request } from "../helpers/rollback.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

interface Event {
  readonly event_type: string
  readonly message: string
  readonly context: Readonly<Record<string, unknown>>
  /** Objects whose feeds show it, as `app.model id`. */
  readonly feeds: readonly string[]
}

/** Reads the events after the first ones, in the order in which they are shown. */
async function readEvents({ pool }: Pick<TestWorld, "pool">, first = 0): Promise<readonly Event[]> {
  const { rows } = await pool.query<Event>(`
    select event_type, message, context, array(
      select app_label || '.' || model || ' ' || object_id
      from logging_feed feed join django_content_type type on type.id = feed.content_type_id
      where feed.event_id = event.id order by feed.id) as feeds
    from logging_event event order by created, id`)
  return rows.slice(first)
}

/** A row of an object in the new tenant. */
interface ObjectRow {
  readonly table: string
  readonly id: number
  readonly name: string
  /** Id of the network of a subnet; null for others. */
  readonly network: number | null
  /** Whether it is the port of a router's interface. */
  readonly pulled: boolean
}

/** Reads the rows of the objects of a migration's tenant, with the tenant itself. */
async function readObjects({ pool }: Pick<TestWorld, "pool">, uuid: string): Promise<readonly ObjectRow[]> {
  const of = (table: string, network = "null::int", pulled = "false") => `
    select '${table}' as table, row.id, row.name, ${network} as network, ${pulled} as pulled from openstack_${table} row, tenant
    where row.tenant_id = tenant.id`
  const { rows } = await pool.query<ObjectRow>(
    `with tenant as (
       select tenant_id as id from openstack_replication.run run
         join waldur_openstack_replication_migration migration on migration.id = run.migration_id
       where migration.uuid = $1)
     select 'tenant' as table, row.id, row.name, null as network, false as pulled from openstack_tenant row join tenant using (id)
     union all ${of("network")} union all ${of("subnet", "row.network_id")} union all ${of("securitygroup")}
     union all ${of("router")}
     union all ${of("port", "null", "coalesce(row.device_owner, '') = 'network:router_interface'")}`,
    [uuid],
  )
  return rows
}

interface Rule {
  readonly id: number
  readonly group: number
  readonly text: string
}

/** Reads the rules of a migration's tenant. */
async function readRules({ pool }: Pick<TestWorld, "pool">, uuid: string): Promise<readonly Rule[]> {
  const { rows } = await pool.query<Rule>(
    `select rule.id, rule.security_group_id as group, row.name || ' (' || protocol || '): ' || coalesce(cidr, 'None') ||
       ' (' || from_port || ' -> ' || to_port || ')' as text
     from openstack_securitygrouprule rule join openstack_securitygroup row on row.id = rule.security_group_id
       join openstack_replication.run run on run.tenant_id = row.tenant_id
       join waldur_openstack_replication_migration migration on migration.id = run.migration_id
     where migration.uuid = $1`,
    [uuid],
  )
  return rows
}

type Expected = readonly [type: string, message: string, feeds?: readonly string[]]

const createdOwn: Readonly<Record<string, (name: string) => Expected>> = {
  network: (name) => ["openstack_network_created", `Network ${name} has been created in the backend.`],
  subnet: (name) => ["openstack_subnet_created", `SubNet ${name} has been created in the backend.`],
  securitygroup: (name) => [
    "openstack_security_group_created",
    `Security group "${name}" has been created in the backend.`,
  ],
}

/** What Waldur logs of the creation of one object, by its rules. */
function expectedOf({ table, id, name, network }: ObjectRow, tenantId: number): readonly Expected[] {
  const row = `openstack.${table} ${id}`
  const scheduled: Expected = [
    "resource_creation_scheduled",
    `Resource ${name} creation has been scheduled.`,
    [row, "project", "customer"],
  ]
  if (table === "securitygroup" && name === "default") return [scheduled]
  const own = createdOwn[table]?.(name)
  const parent = network === null ? `openstack.tenant ${tenantId}` : `openstack.network ${network}`
  return [
    scheduled,
    ...(own ? [[own[0], own[1], [row, parent]] as const] : []),
    ["resource_creation_succeeded", `Resource ${name} has been created.`, [row, "project", "customer"]],
  ]
}

function sortedTexts(events: readonly { readonly type: string; readonly message: string }[]) {
  return events.map(({ type, message }) => `${type}: ${message}`).toSorted()
}

/** Asserts that every context has the keys that Waldur's had in an observed run. */
async function checkContexts(t: Test, events: readonly Event[]): Promise<void> {
  const observed: {
    readonly groups: Readonly<Record<string, readonly string[]>>
    readonly types: Readonly<
      Record<string, { readonly groups: readonly string[]; readonly keys: readonly string[] }>
    >
  } = JSON.parse(await readFile(join(import.meta.dirname, "event-contexts.json"), "utf8"))
  const network = ["network_full_name", "network_name", "network_uuid"]
  const wrong = new Set<string>()
  for (const { event_type, context } of events) {
    const known = observed.types[event_type]
    const keys = [
      ...(known?.keys ?? []),
      ...(known?.groups ?? []).flatMap((group) => observed.groups[group] ?? []),
    ]
    // Only a tenant and a port were recorded; events of subnets also name the network.
    const all =
      /^resource_/.test(event_type) && context.resource_type === "OpenStack.SubNet"
        ? [...keys, ...network]
        : keys
    const seen = Object.keys(context).toSorted().join()
    if (seen !== all.toSorted().join()) wrong.add(`${event_type}: ${seen}`)
  }
  t.strictSame([...wrong], [], "every context has the observed keys")
}

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

t.test("a retry adds the events of what is new, and a rollback those of a termination", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "ports" ? full : undefined
    const { uuid, dst_resource_name: name } = await world.create(tenant, request)
    t.equal((await world.ended(uuid)).state, "ERRED")
    const ofFirst = await readEvents(world)
    const ports = ofFirst.filter(({ context }) => context.resource_type === "OpenStack.Port")
    t.strictSame(
      new Set(ports.map(({ event_type }) => event_type)),
      new Set(["resource_creation_scheduled", "resource_creation_failed"]),
    )
    t.match(ports.at(-1)?.message, /^Resource .* creation has failed\.$/)
    t.strictSame(
      ofFirst.slice(-4).map(({ event_type, message }) => [event_type, message.replace(/[0-9a-f]{32}/, "ID")]),
      [
        ["resource_creation_failed", `Resource ${name} creation has failed.`],
        [
          "marketplace_resource_has_been_changed",
          `Marketplace resource '${name}' has been changed. Field 'backend_id': from  to ID.`,
        ],
        [
          "marketplace_resource_has_been_changed",
          `Marketplace resource '${name}' has been changed. Field 'state': from Creating to Erred.`,
        ],
        ["marketplace_resource_create_failed", `Resource ${name} creation has failed.`],
      ],
    )

    world.destination.onRequest = undefined
    t.equal((await act(world, uuid, "retry", world.rows.users.staff.token)).status, 200)
    t.equal((await world.ended(uuid)).state, "OK")
    const added = (await readEvents(world)).slice(ofFirst.length)
    const objects = await readObjects(world, uuid)
    t.strictSame(
      sortedTexts(added.map(({ event_type: type, message }) => ({ type, message }))),
      sortedTexts([
        ...objects
          .filter(({ table, pulled }) => (table === "port" && !pulled) || table === "tenant")
          .map(({ name }) => ({
            type: "resource_creation_succeeded",
            message: `Resource ${name} has been created.`,
          })),
        ...["from Erred to Creating", "from Creating to OK"].map((change) => ({
          type: "marketplace_resource_has_been_changed",
          message: `Marketplace resource '${name}' has been changed. Field 'state': ${change}.`,
        })),
        { type: "marketplace_offering_created", message: "Offering has been created." },
        { type: "marketplace_offering_created", message: "Offering has been created." },
        { type: "marketplace_resource_create_succeeded", message: `Resource ${name} has been created.` },
      ]),
    )
    t.strictSame(
      new Set(added.map(({ context }) => context.user_username)),
      new Set(["staff"]),
      "of the user who retried",
    )

    const rules = await readRules(world, uuid)
    const total = ofFirst.length + added.length
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match((await world.ended(uuid)).error_message, /is complete/)
    const removed = (await readEvents(world)).slice(total)
    const label = {
      network: "Network",
      subnet: "SubNet",
      securitygroup: "SecurityGroup",
      router: "Router",
      port: "Port",
      tenant: "Tenant",
    } as const
    const cleaned: Readonly<Record<string, (name: string) => Expected>> = {
      network: (name) => ["openstack_network_cleaned", `Network ${name} has been cleaned from cache.`],
      subnet: (name) => ["openstack_subnet_cleaned", `SubNet ${name} has been cleaned.`],
      securitygroup: (name) => [
        "openstack_security_group_cleaned",
        `Security group ${name} has been cleaned from cache.`,
      ],
    }
    const expected: readonly Expected[] = [
      ["marketplace_resource_terminate_requested", `Resource ${name} deletion has been requested.`],
      ["resource_deletion_scheduled", `Resource ${name} deletion has been scheduled.`],
      [
        "marketplace_resource_has_been_changed",
        `Marketplace resource '${name}' has been changed. Field 'state': from OK to Terminating.`,
      ],
      ...objects.flatMap(({ table, name }): readonly Expected[] => {
        const own = cleaned[table]?.(name)
        return [
          [
            "resource_deletion_succeeded",
            `OpenStack ${label[table as keyof typeof label]} ${name} has been deleted.`,
          ],
          ...(own ? [own] : []),
        ]
      }),
      ...rules.map(
        ({ text }): Expected => [
          "openstack_security_group_rule_cleaned",
          `Security group rule ${text} has been cleaned from cache.`,
        ],
      ),
      [
        "marketplace_resource_has_been_changed",
        `Marketplace resource '${name}' has been changed. Field 'state': from Terminating to Terminated.`,
      ],
      ["marketplace_resource_terminate_succeeded", `Resource ${name} has been deleted.`],
    ]
    t.strictSame(
      sortedTexts(removed.map(({ event_type: type, message }) => ({ type, message }))),
      sortedTexts(expected.map(([type, message]) => ({ type, message }))),
    )
    t.strictSame(
      [...removed.slice(0, 3), ...removed.slice(-3)].map(({ event_type }) => event_type),
      [
        "marketplace_resource_terminate_requested",
        "resource_deletion_scheduled",
        "marketplace_resource_has_been_changed",
        "resource_deletion_succeeded",
        "marketplace_resource_has_been_changed",
        "marketplace_resource_terminate_succeeded",
      ],
    )
    await checkContexts(t, removed)
  }),
)

t.test("a stopped worker and two workers at a time write no event twice", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, request)
      const first = await world.startWorker()
      let stopped: Promise<void> | undefined
      world.destination.onRequest = async ({ method, path }) => {
        if (method === "POST" && path === "security-group-rules") stopped ??= first.stop()
        return undefined
      }
      await waitFor("the first worker to stop", async () => stopped !== undefined)
      await stopped
      const workers = [await world.startWorker(), await world.startWorker()]
      t.equal((await world.ended(uuid)).state, "OK")
      await Promise.all(workers.map((worker) => worker.stop()))
      const events = await readEvents(world)
      const keys = events
        .filter(
          ({ event_type }) => !event_type.startsWith("marketplace_") && !event_type.endsWith("_deleted"),
        )
        .map(({ event_type, feeds }) => `${event_type} ${feeds[0]}`)
      t.strictSame(keys.toSorted(), [...new Set(keys)].toSorted(), "one event of a type for each object")
    },
    { worker: false },
  ),
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
