import { sql } from "kysely"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown } from "./endpoint.ts"
import { contains, flag } from "./filters.ts"
import type { HostDb } from "./tables.ts"

/** Names of scopes in the API, by Django's models. */
const scopeNames: Readonly<Record<string, string>> = {
  callmanagingorganisation: "call_organizer",
  serviceprovider: "service_provider",
}

function select(db: HostDb) {
  return db
    .selectFrom("permissions_role as row")
    .innerJoin("django_content_type as type", "type.id", "row.content_type_id")
    .select(["row.uuid", "row.name", "row.description", "row.is_system_role", "row.is_active", "type.model"])
    .select([permissions.as("permissions"), userCount.as("users_count")])
}

const permissions = sql<readonly string[]>`(
  select coalesce(json_agg(given.permission order by given.permission), '[]')
  from permissions_rolepermission as given where given.role_id = row.id)`

const userCount = sql<number>`(
  select count(distinct given.user_id)::int
  from permissions_userrole as given where given.role_id = row.id and given.is_active)`

type RoleRow = RowsOf<typeof select>

function showRole({ model, ...row }: RoleRow): Shown {
  return {
    ...row,
    uuid: hex(row.uuid),
    content_type: scopeNames[model] ?? model,
    ...Object.fromEntries(languages.map((language) => [`description_${language}`, row.description])),
    template_uuid: null,
    template_name: null,
    customer_uuid: null,
    customer_name: null,
  }
}

/** Languages of a role's description. The demo has one text for all of them. */
const languages = "en et lt lv ru it de da sv es fr nb ar cs hr km".split(" ")

export const roles = endpoint({
  path: "roles",
  model: "Role",
  select,
  visible: () => sql`true`,
  open: true,
  filters: {
    name: contains("row.name"),
    description: contains("row.description"),
    query: contains("row.name", "row.description"),
    is_active: flag("row.is_active"),
    is_system_role: flag("row.is_system_role"),
  },
  orders: { name: "row.name", is_active: "row.is_active" },
  order: "row.name",
  show: showRole,
})
