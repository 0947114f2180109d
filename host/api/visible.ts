import { type RawBuilder, sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import type { Condition } from "./endpoint.ts"
import { contentType } from "./forms.ts"

/** Ids of the rows of a model on which the user has a role; the plugin's `hasRole` checks one row in the same way. */
export function ownScopes(
  user: User,
  appLabel: "structure" | "marketplace",
  model: "customer" | "project" | "offering",
): RawBuilder<number> {
  return sql<number>`(
    select given.object_id from permissions_userrole as given
    where given.user_id = ${user.id} and given.is_active and given.object_id is not null
      and given.content_type_id = ${contentType(appLabel, model)})`
}

/** Rows of a project on which, or on whose customer, the user has a role. In the query the project has the alias `project`. */
export function inOwnProject(user: User): Condition {
  return sql`(project.id in ${ownScopes(user, "structure", "project")}
    or project.customer_id in ${ownScopes(user, "structure", "customer")})`
}

/** Plans that are open to all, or restricted to organization groups of the user's customers. In the query they have the alias `plan`. */
export function openPlan(user: User): Condition {
  if (user.isStaff || user.isSupport) return sql`true`
  return sql`(
    not exists (select from marketplace_plan_organization_groups as kept where kept.plan_id = plan.id)
    or exists (
      select from marketplace_plan_organization_groups as kept
        join structure_customer as owner on owner.organization_group_id = kept.organizationgroup_id
      where kept.plan_id = plan.id and owner.id in ${ownScopes(user, "structure", "customer")}))`
}
