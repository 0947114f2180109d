import { isDeepStrictEqual } from "node:util"
import type pg from "pg"
import { kinds } from "../../src/kinds/index.ts"
import type { Cloud } from "../../src/openstack/index.ts"
import { richView } from "../helpers/rich-view.ts"
import { type TenantView, viewTenant } from "../helpers/tenant-view.ts"
import { countsOf, type Item } from "./inventory.ts"

/** The result of a migration, without anything that differs between two undisturbed runs of one request. */
export interface Outcome {
  readonly state: number
  readonly error: string
  readonly tenant: TenantView
  readonly attributes: Readonly<Record<string, unknown>>
  /** Numbers of resources in the destination project, by collection. */
  readonly there: Readonly<Record<string, number>>
  /** The same for those that are no object of the plan: created by the cloud itself. */
  readonly unrecorded: Readonly<Record<string, number>>
  readonly objects: readonly unknown[]
  /** The host's rows of the new tenant, by table and state. */
  readonly rows: Readonly<Record<string, number>>
  readonly stages: readonly unknown[]
  readonly orders: readonly unknown[]
  readonly resource: unknown
  readonly differences: unknown
}

export async function outcomeOf(
  pool: pg.Pool,
  cloud: Cloud,
  inventory: readonly Item[],
  uuid: string,
): Promise<{ readonly projectId: string; readonly outcome: Outcome }> {
  const all = async <Row>(sql: string): Promise<readonly Row[]> =>
    (await pool.query(sql.replaceAll("$migration", migration), [uuid])).rows
  const [run] = await all<{
    state: number
    error: string
    resource: unknown
    verification: Summary
    tenant: number
  }>(`
    select migration.state, migration.error_message as error, run.verification, run.tenant_id as tenant,
      jsonb_build_object('state', resource.state, 'error', resource.error_message) as resource
    from waldur_openstack_replication_migration migration
    join openstack_replication.run run on run.migration_id = migration.id
    join marketplace_resource resource on resource.id = migration.dst_resource_id
    where migration.uuid = $1`)
  if (run === undefined) throw new Error(`There is no migration ${uuid}.`)
  const objects = await all<{ kind: string; name: string; backend_id: string | null }>(`
    select kind, key, name, state, reason, backend_id from openstack_replication.object
    where migration_id = $migration order by position, kind, key`)
  const projectId = objects.find(({ kind }) => kind === "project")?.backend_id ?? ""
  const recorded = new Set(objects.flatMap(({ backend_id }) => backend_id ?? []))
  const its = inventory.filter((item) => item.projectId === projectId)
  const rows: Record<string, number> = {}
  for (const table of new Set(kinds.flatMap((kind) => kind.rows?.table ?? []))) {
    for (const { state, count } of await all<{ state: number; count: number }>(`
      select state, count(*)::int as count from ${table}
      where tenant_id = (select tenant_id from openstack_replication.run where migration_id = $migration)
      group by state`))
      rows[`${table} in state ${state}`] = count
  }
  const { compared, differences, unread } = run.verification ?? {}
  const outcome: Outcome = {
    state: run.state,
    error: run.error,
    tenant: await viewTenant(cloud, projectId),
    attributes: withoutMacs(await richView(cloud, projectId)),
    there: countsOf(its),
    unrecorded: countsOf(its.filter(({ id }) => !recorded.has(id))),
    objects: objects.map(({ backend_id, ...object }) => ({
      ...object,
      name: object.kind === "project" || object.kind === "user" ? "its own" : object.name,
      made: backend_id !== null,
    })),
    rows,
    stages: await all(
      "select name, state from openstack_replication.stage where migration_id = $migration order by name",
    ),
    orders: await all(`
      select orders.state, orders.type, orders.error_message from marketplace_order orders
      join waldur_openstack_replication_migration migration on migration.dst_resource_id = orders.resource_id
      where migration.uuid = $1`),
    resource: run.resource,
    differences: { compared, differences, unread },
  }
  return { projectId, outcome }
}

/** Leaves out MAC addresses: the cloud chooses those of routers, and the others are in the tenant's view. */
function withoutMacs(view: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const ports = (view.ports as readonly object[]).map((port) => JSON.stringify({ ...port, mac_address: "" }))
  return { ...view, ports: ports.sort().map((text): unknown => JSON.parse(text)) }
}

interface Summary {
  readonly compared?: number
  readonly differences?: number
  readonly unread?: string
}

const migration = "(select id from waldur_openstack_replication_migration where uuid = $1)"

/** Returns how an outcome differs from that of the baseline run. */
export function deviationsOf(baseline: Outcome, outcome: Outcome): readonly string[] {
  return (Object.keys(baseline) as (keyof Outcome)[]).flatMap((part) =>
    isDeepStrictEqual(baseline[part], outcome[part])
      ? []
      : [`${part}: ${firstDifference(baseline[part], outcome[part])}`],
  )
}

/** Describes the first difference of two values. */
function firstDifference(baseline: unknown, seen: unknown, path = ""): string {
  if (typeof baseline === "object" && typeof seen === "object" && baseline !== null && seen !== null) {
    const [a, b] = [baseline as Record<string, unknown>, seen as Record<string, unknown>]
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (!isDeepStrictEqual(a[key], b[key])) return firstDifference(a[key], b[key], `${path}/${key}`)
    }
  }
  return `${path || "it"} is ${shown(seen)}, and ${shown(baseline)} in the baseline run`
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, 400)
}
