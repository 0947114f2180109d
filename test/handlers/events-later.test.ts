import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { selectHandlers } from "../../src/handlers/index.ts"
import { openDatabase } from "../../src/models/database.ts"
import {
  checkContexts,
  type Expected,
  readEvents,
  readObjects,
  readRules,
  sortedTexts,
} from "../helpers/event-log.ts"
import { act } from "../helpers/migration.ts"
import { full, request } from "../helpers/rollback.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { withWorld } from "../helpers/world.ts"

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

t.test("saved components of an offering are in the event log", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { dst_resource_uuid } = await world.create(tenant)
      const before = (await readEvents(world)).length
      const { rows } = await world.pool.query(
        `select resource.id as resource, offering.id as offering, offering.customer_id as customer, array(
           select id from marketplace_offeringcomponent where offering_id = offering.id order by id limit 2) as components
         from marketplace_resource resource join marketplace_offering offering on offering.id = resource.offering_id
         where resource.uuid = $1`,
        [dst_resource_uuid],
      )
      const [{ resource, offering, customer, components }] = rows
      const [first, second] = components
      const handlers = selectHandlers().filter(({ name }) => name === "events")
      const saved = { resourceId: resource, created: [first], updated: [second] }
      await openDatabase(world.pool)
        .transaction()
        .execute(async (trx) => {
          for (const handler of handlers) await handler.componentsSaved?.(trx, saved)
        })
      const events = (await readEvents(world)).slice(before)
      t.match(events, [
        {
          event_type: "marketplace_offering_component_created",
          message: /^Offering component .+ has been created\.$/,
          feeds: [`marketplace.offering ${offering}`, `structure.customer ${customer}`],
        },
        {
          event_type: "marketplace_offering_component_updated",
          message: /^Offering component .+ has been updated\.$/,
        },
      ])
      await checkContexts(t, events)
    },
    { worker: false },
  ),
)
