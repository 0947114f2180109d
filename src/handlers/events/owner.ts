import { type RawBuilder, sql } from "kysely"

/** SQL: the uuid of a row as Waldur's events have it. @param row alias of the row */
export function hexOf(row: string) {
  return sql`replace(${sql.ref(`${row}.uuid`)}::text, '-', '')`
}

/** SQL: the id of one of Django's models. */
export function typeOf(app: string, model: string) {
  return sql`(select id from django_content_type where app_label = ${app} and model = ${model})`
}

/** SQL: the id of the resource that a tenant belongs to. @param tenantId SQL of the tenant's id */
export function resourceOf(tenantId: RawBuilder<unknown>) {
  return sql`(
    select id from marketplace_resource
    where content_type_id = ${typeOf("openstack", "tenant")} and object_id = ${tenantId})`
}

/**
 * SQL: what all events of a resource and of the objects of its tenant have in common, in one row: `resource_id`,
 * `offering_id`, `tenant_id`, `project_id`, `customer_id`, and the parts of the context `by_user` (who requested it, from
 * which address), `by_project` (the same, with project and customer) and `by_settings` (the same, with the service settings).
 *
 * The user is that of the last request that changed the migration. A host with its own users may have a table of users with
 * fewer columns than Waldur's: keys of missing columns are left out.
 *
 * @param resourceId SQL of the resource's id
 */
export function ownerOf(resourceId: RawBuilder<unknown>) {
  return sql`
    select owned.*, owned.by_user || owned.project as by_project, owned.by_user || owned.project || owned.settings as by_settings
    from (
      select resource.id as resource_id, resource.offering_id, coalesce(tenant.id, resource.object_id) as tenant_id,
        project.id as project_id, customer.id as customer_id,
        ${userFacts} as by_user, ${projectFacts} as project, ${settingsFacts} as settings,
        coalesce(${hexOf("tenant")}, replace(run.context ->> 'marker', 'waldur-tenant-', '')) as tenant_uuid
      from marketplace_resource resource
        join structure_project project on project.id = resource.project_id
        join structure_customer customer on customer.id = project.customer_id
        left join openstack_tenant tenant on tenant.id = resource.object_id
          and resource.content_type_id = ${typeOf("openstack", "tenant")}
        left join structure_servicesettings settings on settings.id = tenant.service_settings_id
        left join waldur_openstack_replication_migration migration on migration.dst_resource_id = resource.id
        left join openstack_replication.run run on run.migration_id = migration.id
        left join core_user requester
          on requester.id = coalesce((run.context #>> '{requester,userId}')::int, migration.created_by_id)
      where resource.id = ${resourceId}
    ) owned`
}

/** SQL: a boolean column of the user, as Python writes it. */
function flag(column: string) {
  return sql`initcap(to_jsonb(requester) ->> ${column})`
}

const userFacts = sql`
  jsonb_strip_nulls(jsonb_build_object('ip_address', run.context #>> '{requester,ipAddress}') ||
    case when requester.id is null then '{}' else jsonb_build_object(
      'user_uuid', ${hexOf("requester")},
      'user_username', to_jsonb(requester) ->> 'username',
      'user_full_name', trim(requester.first_name || ' ' || requester.last_name),
      'user_native_name', to_jsonb(requester) ->> 'native_name',
      'user_is_staff', ${flag("is_staff")},
      'user_is_support', ${flag("is_support")},
      'user_token_lifetime', case when to_jsonb(requester) ? 'token_lifetime'
        then coalesce(to_jsonb(requester) ->> 'token_lifetime', 'None') end) end)`

const projectFacts = sql`
  jsonb_build_object(
    'project_uuid', ${hexOf("project")}, 'project_name', project.name,
    'project_end_date', coalesce(project.end_date::text, 'None'),
    'customer_uuid', ${hexOf("customer")}, 'customer_name', customer.name,
    'customer_abbreviation', customer.abbreviation, 'customer_contact_details', customer.contact_details)`

const settingsFacts = sql`
  jsonb_build_object(
    'service_settings_uuid', ${hexOf("settings")}, 'service_settings_name', settings.name,
    'service_settings_type', settings.type)`
