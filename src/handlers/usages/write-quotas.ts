import { sql } from "kysely"
import { contentTypeId } from "../../models/content-types.ts"
import type { Trx } from "../../models/database.ts"
import type { TenantQuota } from "./quotas.ts"

/** Usages of a tenant that Waldur adds to those of its project and its customer, with their names there. */
const sharedUsages = {
  vcpu: "vpc_cpu_count",
  ram: "vpc_ram_size",
  storage: "vpc_storage_size",
  floating_ip_count: "vpc_floating_ip_count",
  instances: "vpc_instance_count",
}

/** Writes the limits of a tenant as its cloud has them. */
export async function writeLimits(trx: Trx, tenantId: number, quotas: readonly TenantQuota[]): Promise<void> {
  const contentType = await contentTypeId(trx, "openstack", "tenant")
  await sql`
    insert into quotas_quotalimit as own (name, value, object_id, content_type_id)
    select quota.name, quota.value, ${tenantId}::int, ${contentType}::int
    from unnest(${quotas.map(({ name }) => name)}::text[], ${quotas.map(({ limit }) => limit)}::bigint[])
      with ordinality as quota (name, value, position)
    order by quota.position
    on conflict (name, content_type_id, object_id) do update set value = excluded.value
    where own.value <> excluded.value`.execute(trx)
}

/**
 * Writes how the cloud's usages differ from the sums of those that were written before: a usage is the sum of its rows, and
 * no row is ever changed. A second call with the same usages writes nothing; the caller has locked the tenant.
 * @returns whether there was any difference
 */
export async function writeUsages(
  trx: Trx,
  tenantId: number,
  quotas: readonly TenantQuota[],
): Promise<boolean> {
  const contentType = await contentTypeId(trx, "openstack", "tenant")
  const { rows } = await sql<{ name: string; delta: string }>`
    insert into quotas_quotausage (name, delta, object_id, content_type_id)
    select usage.name, usage.used - coalesce(written.sum, 0), ${tenantId}::int, ${contentType}::int
    from unnest(${quotas.map(({ name }) => name)}::text[], ${quotas.map(({ used }) => used)}::bigint[])
      with ordinality as usage (name, used, position)
      left join (
        select name, sum(delta) as sum from quotas_quotausage
        where object_id = ${tenantId} and content_type_id = ${contentType} group by name
      ) as written on written.name = usage.name
    where usage.used <> coalesce(written.sum, 0)
    order by usage.position
    returning name, delta`.execute(trx)
  await shareUsages(trx, tenantId, rows)
  return rows.length > 0
}

async function shareUsages(
  trx: Trx,
  tenantId: number,
  deltas: readonly { readonly name: string; readonly delta: string }[],
): Promise<void> {
  const shared = deltas.flatMap(({ name, delta }) => {
    const target = Object.entries(sharedUsages).find(([own]) => own === name)?.[1]
    return target === undefined ? [] : [{ name: target, delta }]
  })
  if (shared.length === 0) return
  const projectType = await contentTypeId(trx, "structure", "project")
  const customerType = await contentTypeId(trx, "structure", "customer")
  await sql`
    insert into quotas_quotausage (name, delta, object_id, content_type_id)
    select shared.name, shared.delta, scope.object_id, scope.content_type_id
    from openstack_tenant tenant join structure_project project on project.id = tenant.project_id
      cross join lateral (
        values (project.id, ${projectType}::int), (project.customer_id, ${customerType}::int)
      ) as scope (object_id, content_type_id)
      cross join unnest(${shared.map(({ name }) => name)}::text[], ${shared.map(({ delta }) => delta)}::bigint[])
        as shared (name, delta)
    where tenant.id = ${tenantId}`.execute(trx)
}
