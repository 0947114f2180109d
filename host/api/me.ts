import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import type { Shown, View } from "./endpoint.ts"
import { fullName, givenOrNull } from "./forms.ts"
import type { HostDb } from "./tables.ts"

/** Returns the signed-in user with their permissions. The token is omitted, because the caller has it. */
export async function readMe(db: HostDb, user: User, view: View): Promise<Shown> {
  const row = await db
    .selectFrom("core_user")
    .select(["uuid", "username", "first_name", "last_name", "email", "is_staff", "is_support", "is_active"])
    .select(["native_name", "description", "phone_number", "organization", "job_title", "preferred_language"])
    .select(["registration_method", "identity_source", "civil_number", "image", "slug", "token_lifetime"])
    .select(["notifications_enabled", "is_identity_manager", timeText("date_joined").as("date_joined")])
    // Waldur's front end asks for an agreement where there is no date; this host has none to agree to.
    .select(
      sql<string>`coalesce(${timeText("agreement_date")}, ${timeText("date_joined")})`.as("agreement_date"),
    )
    .select(sql<boolean>`password like 'pbkdf2_sha256$%'`.as("has_usable_password"))
    .where("id", "=", user.id)
    .executeTakeFirstOrThrow()
  const permissions = await selectPermissions(db, user).execute()
  return {
    ...row,
    url: view.url("users", row.uuid),
    uuid: hex(row.uuid),
    full_name: fullName(row),
    identity_provider_name: "",
    identity_provider_label: "",
    identity_provider_management_url: "",
    identity_provider_fields: [],
    requested_email: null,
    permissions: permissions.map(showPermission),
  }
}

/** Roles on customers, projects and offerings, with their customers. */
function selectPermissions(db: HostDb, user: User) {
  const isOn = (model: string) => sql<boolean>`type.model = ${model}`
  return db
    .selectFrom("permissions_userrole as given")
    .innerJoin("permissions_role as role", "role.id", "given.role_id")
    .innerJoin("django_content_type as type", "type.id", "given.content_type_id")
    .leftJoin("structure_project as project", (join) =>
      join.onRef("project.id", "=", "given.object_id").on(isOn("project")),
    )
    .leftJoin("marketplace_offering as offering", (join) =>
      join.onRef("offering.id", "=", "given.object_id").on(isOn("offering")),
    )
    .leftJoin("structure_customer as customer", (join) =>
      join.on(
        sql<boolean>`customer.id = coalesce(project.customer_id, offering.customer_id,
          case when ${isOn("customer")} then given.object_id end)`,
      ),
    )
    .select(["role.name as role_name", "role.uuid as role_uuid", "type.model"])
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name"])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select(timeText<string | null>("given.expiration_time").as("expiration_time"))
    .where("given.user_id", "=", user.id)
    .where("given.is_active", "=", true)
    .where("type.model", "in", ["customer", "project", "offering"])
    .orderBy("given.id")
}

type PermissionRow = Awaited<ReturnType<ReturnType<typeof selectPermissions>["execute"]>>[number]

function showPermission(row: PermissionRow): Shown {
  const scopeUuid = row.project_uuid ?? row.offering_uuid ?? row.customer_uuid
  return {
    role_name: row.role_name,
    role_uuid: hex(row.role_uuid),
    scope_type: row.model,
    scope_uuid: scopeUuid === null ? undefined : hex(scopeUuid),
    scope_name: row.project_name ?? row.offering_name ?? row.customer_name ?? undefined,
    customer_uuid: givenOrNull(row.customer_uuid, hex),
    customer_name: row.customer_name,
    project_uuid: givenOrNull(row.project_uuid, hex),
    resource_uuid: null,
    expiration_time: row.expiration_time,
  }
}
