import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import type { Condition, Filter } from "./endpoint.ts"
import { contains, exactly, ofUuid, uuid, uuidOrUrl } from "./filters.ts"
import { column, contentType } from "./forms.ts"
import { inOwnProject, ownScopes } from "./visible.ts"

/** What flavors, images and volume types have in common: they belong to a cloud, `settings`, and are linked to its tenants. */
interface CloudItem {
  /** The table of the links to tenants, and its column for the item. */
  readonly links: string
  readonly key: string
}

/** Items of a shared cloud or of one of the user's customer, and items of the user's tenants. */
export function visibleItems(item: CloudItem): (user: User) => Condition {
  return (user) => sql`(settings.shared
    or settings.customer_id in ${ownScopes(user, "structure", "customer")}
    or ${linkedTo(item, sql`join structure_project as project on project.id = tenant.project_id`, inOwnProject(user))})`
}

function linkedTo({ links, key }: CloudItem, join: ReturnType<typeof sql>, condition: Condition): Condition {
  return sql`exists (
    select from ${sql.table(links)} as link join openstack_tenant as tenant on tenant.id = link.tenant_id
      ${join}
    where ${column(`link.${key}`)} = ${column("row.id")} and ${condition})`
}

export function itemFilters(item: CloudItem): Readonly<Record<string, Filter>> {
  return {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    settings: uuidOrUrl("settings.uuid"),
    settings_uuid: uuid("settings.uuid"),
    tenant_uuid: ofUuid((value) => linkedTo(item, sql``, sql`tenant.uuid = ${value}`)),
    offering_uuid: ofUuid(
      (value) => sql`exists (
        select from marketplace_offering as offering
        where offering.uuid = ${value} and offering.object_id = settings.id
          and offering.content_type_id = ${contentType("structure", "servicesettings")})`,
    ),
  }
}
