import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Test } from "tap"
import type { TestWorld } from "./world.ts"

export interface Event {
  readonly event_type: string
  readonly message: string
  readonly context: Readonly<Record<string, unknown>>
  /** Objects whose feeds show it, as `app.model id`. */
  readonly feeds: readonly string[]
}

/** Reads the events after the first ones, in the order in which they are shown. */
export async function readEvents({ pool }: Pick<TestWorld, "pool">, first = 0): Promise<readonly Event[]> {
  const { rows } = await pool.query<Event>(`
    select event_type, message, context, array(
      select app_label || '.' || model || ' ' || object_id
      from logging_feed feed join django_content_type type on type.id = feed.content_type_id
      where feed.event_id = event.id order by feed.id) as feeds
    from logging_event event order by created, id`)
  return rows.slice(first)
}

/** A row of an object in the new tenant. */
export interface ObjectRow {
  readonly table: string
  readonly id: number
  readonly name: string
  /** Id of the network of a subnet; null for others. */
  readonly network: number | null
  /** Whether it is the port of a router's interface. */
  readonly pulled: boolean
}

/** Reads the rows of the objects of a migration's tenant, with the tenant itself. */
export async function readObjects(
  { pool }: Pick<TestWorld, "pool">,
  uuid: string,
): Promise<readonly ObjectRow[]> {
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

export interface Rule {
  readonly id: number
  readonly group: number
  readonly text: string
}

/** Reads the rules of a migration's tenant. */
export async function readRules({ pool }: Pick<TestWorld, "pool">, uuid: string): Promise<readonly Rule[]> {
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

export type Expected = readonly [type: string, message: string, feeds?: readonly string[]]

export const createdOwn: Readonly<Record<string, (name: string) => Expected>> = {
  network: (name) => ["openstack_network_created", `Network ${name} has been created in the backend.`],
  subnet: (name) => ["openstack_subnet_created", `SubNet ${name} has been created in the backend.`],
  securitygroup: (name) => [
    "openstack_security_group_created",
    `Security group "${name}" has been created in the backend.`,
  ],
}

/** What Waldur logs of the creation of one object, by its rules. */
export function expectedOf({ table, id, name, network }: ObjectRow, tenantId: number): readonly Expected[] {
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

export function sortedTexts(events: readonly { readonly type: string; readonly message: string }[]) {
  return events.map(({ type, message }) => `${type}: ${message}`).toSorted()
}

/** Asserts that every context has the keys that Waldur's had in an observed run. */
export async function checkContexts(t: Test, events: readonly Event[]): Promise<void> {
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
