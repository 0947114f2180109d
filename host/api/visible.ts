import { type RawBuilder, sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import type { Condition } from "./endpoint.ts"
import { contentType } from "./forms.ts"

/**
 * Ids of the rows of a model that the user has a role on. It says of many rows at once what `hasRole` of the
 * plugin says of one.
 */
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

/** Rows of a project that the user, or whose customer the user, has a role on. The query calls it `project`. */
export function inOwnProject(user: User): Condition {
  return sql`(project.id in ${ownScopes(user, "structure", "project")}
    or project.customer_id in ${ownScopes(user, "structure", "customer")})`
}

/** Plans that anybody may order, or that are kept for groups of a customer of the user. The query calls them `plan`. */
export function openPlan(user: User): Condition {
  if (user.isStaff || user.isSupport) return sql`true`
  return sql`(
    not exists (select from marketplace_plan_organization_groups as kept where kept.plan_id = plan.id)
    or exists (
      select from marketplace_plan_organization_groups as kept
        join structure_customer as owner on owner.organization_group_id = kept.organizationgroup_id
      where kept.plan_id = plan.id and owner.id in ${ownScopes(user, "structure", "customer")}))`
}
