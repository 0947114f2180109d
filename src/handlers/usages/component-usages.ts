import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { NewTenantRows } from "../destination.ts"

/**
 * Writes the usages of a tenant's quotas into its marketplace resource: `cores` and `ram`, and `storage` or, where the
 * offering bills each volume type by itself, the types that have usages. What was never used is 0.
 */
export async function writeCurrentUsages(
  trx: Trx,
  { tenantId, resourceId }: NewTenantRows,
  now: Date,
): Promise<void> {
  await sql`
    with usage as (
      select usage.name, greatest(0, sum(usage.delta)) as used
      from quotas_quotausage usage join marketplace_resource resource
        on resource.content_type_id = usage.content_type_id and resource.object_id = usage.object_id
      where resource.id = ${resourceId} and usage.object_id = ${tenantId}
      group by usage.name
    ), storage_mode as (
      select coalesce(offering.plugin_options ->> 'storage_mode', 'fixed') = 'dynamic' as is_dynamic
      from marketplace_resource resource join marketplace_offering offering on offering.id = resource.offering_id
      where resource.id = ${resourceId}
    ), shown (name, used) as (
      select 'cores', coalesce((select used from usage where name = 'vcpu'), 0)
      union all select 'ram', coalesce((select used from usage where name = 'ram'), 0)
      union all select 'storage', coalesce((select used from usage where name = 'storage'), 0)
        from storage_mode where not is_dynamic
      union all select usage.name, usage.used from usage cross join storage_mode
        where is_dynamic and usage.name like 'gigabytes\\_%'
    )
    update marketplace_resource set modified = ${now},
      current_usages = (select jsonb_object_agg(name, used) from shown)
    where id = ${resourceId}`.execute(trx)
  await writeComponentUsages(trx, resourceId, now)
}

/**
 * Writes the resource's usages of today into those of the month, for every component that its offering has. The greatest
 * usage of a month counts.
 */
async function writeComponentUsages(trx: Trx, resourceId: number, now: Date): Promise<void> {
  const today = new Date(now)
  today.setUTCHours(0, 0, 0, 0)
  const month = `${now.toISOString().slice(0, 7)}-01`
  await sql`
    insert into marketplace_componentusage as own (
      created, modified, uuid, description, usage, date, billing_period, component_id, plan_period_id, resource_id,
      recurring, backend_id, modified_by_id)
    select ${now}, ${now}, gen_random_uuid(), '', usage.value::numeric, ${today}, ${month}::date, component.id, null,
      resource.id, false, '', null
    from marketplace_resource resource cross join lateral jsonb_each_text(resource.current_usages) usage
      join marketplace_offeringcomponent component
        on component.offering_id = resource.offering_id and component.type = usage.key
    where resource.id = ${resourceId} order by component.id
    on conflict (resource_id, component_id, billing_period) where plan_period_id is null do update set
      usage = greatest(own.usage, excluded.usage), date = excluded.date, modified = excluded.modified`.execute(
    trx,
  )
}
