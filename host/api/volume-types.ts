import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { type Condition, endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, ofUuid, uuid } from "./filters.ts"
import { column, contentType } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject, ownScopes } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_volumetype as row")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.settings_id")
    .select(["row.uuid", "row.name", "row.description", "settings.uuid as settings_uuid"])
}

type VolumeTypeRow = RowsOf<typeof select>

function showVolumeType(row: VolumeTypeRow, view: View): Shown {
  return {
    url: view.url("openstack-volume-types", row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    settings: view.url("service-settings", row.settings_uuid),
  }
}

/** Types of a shared cloud or of one of the user's customer, and types of the user's tenants. */
function visible(user: User): Condition {
  return sql`(settings.shared
    or settings.customer_id in ${ownScopes(user, "structure", "customer")}
    or ${linkedTo(sql`join structure_project as project on project.id = tenant.project_id`, inOwnProject(user))})`
}

function linkedTo(join: ReturnType<typeof sql>, condition: Condition): Condition {
  return sql`exists (
    select from openstack_volumetype_tenants as link join openstack_tenant as tenant on tenant.id = link.tenant_id
      ${join}
    where link.volumetype_id = ${column("row.id")} and ${condition})`
}

export const volumeTypes = endpoint({
  path: "openstack-volume-types",
  model: "VolumeType",
  select,
  visible,
  filters: {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    settings_uuid: uuid("settings.uuid"),
    tenant_uuid: ofUuid((value) => linkedTo(sql``, sql`tenant.uuid = ${value}`)),
    offering_uuid: ofUuid(
      (value) => sql`exists (
        select from marketplace_offering as offering
        where offering.uuid = ${value} and offering.object_id = settings.id
          and offering.content_type_id = ${contentType("structure", "servicesettings")})`,
    ),
  },
  order: "row.name",
  choosesFields: false,
  show: showVolumeType,
})
