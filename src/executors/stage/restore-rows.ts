import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind, RowContext } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { WorkerContext } from "./worker-context.ts"

/** An object of a plan that has a row. */
interface ObjectWithRow {
  readonly id: string
  readonly kind: string
  readonly key: string
  readonly body: unknown
  readonly row_id: number
  readonly backend_id: string | null
}

/**
 * Inserts the host's rows of planned objects again that are gone. Waldur's pull deletes the rows of groups and routers that it
 * does not find in the cloud, and those of rules with their group; it only pulls a tenant that is not Creating, which a
 * time-out of Waldur's brings about. A row that a pull wrote for the same object is taken instead.
 */
export async function restoreRows(ctx: WorkerContext, trx: Trx, migrationId: number): Promise<void> {
  const objects = await loadObjects(trx, migrationId)
  const rowIds = new Map(objects.map(({ kind, key, row_id }) => [`${kind}/${key}`, row_id]))
  const context = await rowContext(trx, migrationId, rowIds)
  for (const kind of kinds) {
    const table = kind.rows?.inserted
    if (table === undefined) continue
    const its = objects.filter((object) => object.kind === kind.name)
    const existing = await existingIds(trx, table, its)
    const missing = its.filter(({ row_id }) => !existing.has(row_id))
    if (missing.length > 0) {
      const ids = await insertAgain(ctx, context, kind, missing)
      for (const [index, { key }] of missing.entries()) rowIds.set(`${kind.name}/${key}`, ids[index] ?? 0)
      await storeIds(trx, missing, ids)
    }
    // Links to groups that are gone went with them.
    const kept = its.filter(({ row_id }) => existing.has(row_id))
    if (kind.name === "port")
      await kind.rows?.update?.(
        context,
        kept.map(({ row_id, body }) => ({ rowId: row_id, body, before: body })),
      )
  }
}

async function loadObjects(trx: Trx, migrationId: number): Promise<readonly ObjectWithRow[]> {
  const objects = await trx
    .selectFrom("openstack_replication.object")
    .select(["id", "kind", "key", "body", "row_id", "backend_id"])
    .where("migration_id", "=", migrationId)
    .where("state", "not in", ["omitted", "removed"])
    .orderBy("position")
    .execute()
  return objects.flatMap(({ row_id, ...object }) => (row_id === null ? [] : [{ ...object, row_id }]))
}

async function rowContext(
  trx: Trx,
  migrationId: number,
  rowIds: ReadonlyMap<string, number>,
): Promise<RowContext> {
  const tenant = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "run.tenant_id")
    .select(["tenant.id", "tenant.project_id", "tenant.service_settings_id"])
    .where("run.migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  return {
    trx,
    now: new Date(),
    tenantId: tenant.id,
    projectId: tenant.project_id,
    settingsId: tenant.service_settings_id,
    rowId({ ref }) {
      const id = rowIds.get(ref)
      if (id === undefined) throw new Error(`no host row for ${ref}`)
      return id
    },
  }
}

async function existingIds(
  trx: Trx,
  table: string,
  objects: readonly ObjectWithRow[],
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ id: number }>`
    select id from ${sql.table(table)} where id = any(${objects.map(({ row_id }) => row_id)}::int[])`.execute(
    trx,
  )
  return new Set(rows.map(({ id }) => id))
}

/** Returns the ids of the rows of objects that have none: those that a pull wrote, and new ones. */
async function insertAgain(
  { handlers }: WorkerContext,
  context: RowContext,
  kind: AnyKind,
  objects: readonly ObjectWithRow[],
): Promise<readonly number[]> {
  const { trx } = context
  const table = kind.rows?.inserted ?? ""
  const pulled = await pulledRows(context, table, objects)
  const lost = objects.filter(({ backend_id }) => !pulled.has(backend_id ?? ""))
  const inserted = (await kind.rows?.insert?.(context, lost)) ?? []
  await handlers.objects.inserted(trx, { kind: kind.name, table, rowIds: inserted })
  const created = lost.flatMap(({ backend_id }, index) => {
    const id = inserted[index]
    return backend_id === null || id === undefined ? [] : [{ id, backend_id }]
  })
  const state = kind.rows?.table === undefined ? sql`` : sql`, state = ${CoreState.OK}`
  await sql`
    update ${sql.table(table)} as row set backend_id = created.backend_id ${state}
    from unnest(${created.map(({ id }) => id)}::int[], ${created.map(({ backend_id }) => backend_id)}::text[])
      as created (id, backend_id)
    where row.id = created.id`.execute(trx)
  const ids = new Map(lost.map(({ id }, index) => [id, inserted[index] ?? 0]))
  return objects.map(({ id, backend_id }) => pulled.get(backend_id ?? "") ?? ids.get(id) ?? 0)
}

/** Rows of the tenant that a pull wrote for created objects, by the cloud's id. Rules have no tenant. */
async function pulledRows(
  { trx, tenantId }: RowContext,
  table: string,
  objects: readonly ObjectWithRow[],
): Promise<ReadonlyMap<string, number>> {
  if (table === "openstack_securitygrouprule") return new Map()
  const ids = objects.flatMap(({ backend_id }) => backend_id ?? [])
  const { rows } = await sql<{ id: number; backend_id: string }>`
    select id, backend_id from ${sql.table(table)}
    where tenant_id = ${tenantId} and backend_id = any(${ids}::text[])`.execute(trx)
  return new Map(rows.map(({ id, backend_id }) => [backend_id, id]))
}

async function storeIds(
  trx: Trx,
  objects: readonly ObjectWithRow[],
  rowIds: readonly number[],
): Promise<void> {
  await sql`
    update openstack_replication.object as object set row_id = found.row_id
    from unnest(${objects.map(({ id }) => id)}::bigint[], ${[...rowIds]}::int[]) as found (id, row_id)
    where object.id = found.id`.execute(trx)
}
