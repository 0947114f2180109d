import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { type Condition, endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, flag } from "./filters.ts"
import { fullName } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { ownScopes } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("core_user as row")
    .select(["row.uuid", "row.username", "row.first_name", "row.last_name", "row.email", "row.native_name"])
    .select([
      "row.is_active",
      "row.is_staff",
      "row.is_support",
      "row.job_title",
      "row.organization",
      "row.slug",
    ])
    .select(["row.phone_number", "row.registration_method", "row.image", "row.description"])
    .select(timeText("row.date_joined").as("date_joined"))
}

type UserRow = RowsOf<typeof select>

function showUser(row: UserRow, view: View): Shown {
  return { ...row, url: view.url("users", row.uuid), uuid: hex(row.uuid), full_name: fullName(row) }
}

/** The user, and those who have a role on the user's customers or their projects. */
function visible(user: User): Condition {
  const customers = ownScopes(user, "structure", "customer")
  return sql`(row.id = ${user.id} or row.id in (
    select given.user_id
    from permissions_userrole as given join django_content_type as type on type.id = given.content_type_id
    where given.is_active and type.app_label = 'structure' and (
      type.model = 'customer' and given.object_id in ${customers}
      or type.model = 'project' and given.object_id in (
        select id from structure_project where customer_id in ${customers}))))`
}

export const users = endpoint({
  path: "users",
  model: "User",
  select,
  visible,
  filters: {
    username: exactly("row.username"),
    full_name: contains("row.first_name", "row.last_name"),
    email: contains("row.email"),
    is_active: flag("row.is_active"),
    is_staff: flag("row.is_staff"),
  },
  orders: { username: "row.username", email: "row.email" },
  order: "row.username",
  show: showUser,
})
