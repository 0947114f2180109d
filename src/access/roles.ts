import { contentTypeId } from "../models/content-types.ts"
import type { Db } from "../models/database.ts"
import type { User } from "./types.ts"

/** A row on which users have roles. */
export interface Scope {
  readonly model: "project" | "customer" | "offering"
  readonly id: number
}

function contentTypeOf(db: Db, { model }: Scope): Promise<number> {
  return contentTypeId(db, model === "offering" ? "marketplace" : "structure", model)
}

/**
 * Returns whether the user has a role on one of the scopes, and with `permission` a role that grants it. Only
 * `is_active` counts: a daily job of Waldur deactivates roles that have expired.
 */
export async function hasRole(
  db: Db,
  user: User,
  scopes: readonly Scope[],
  permission?: string,
): Promise<boolean> {
  for (const scope of scopes) {
    let query = db
      .selectFrom("permissions_userrole as given")
      .select("given.id")
      .where("given.user_id", "=", user.id)
      .where("given.is_active", "=", true)
      .where("given.content_type_id", "=", await contentTypeOf(db, scope))
      .where("given.object_id", "=", scope.id)
    if (permission !== undefined) {
      query = query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom("permissions_rolepermission as allowed")
            .select("allowed.id")
            .whereRef("allowed.role_id", "=", "given.role_id")
            .where("allowed.permission", "=", permission),
        ),
      )
    }
    if ((await query.limit(1).execute()).length > 0) return true
  }
  return false
}

/** Returns the project and its customer as scopes; none where the project does not exist. */
export async function projectScopes(db: Db, projectId: number): Promise<readonly Scope[]> {
  const project = await db
    .selectFrom("structure_project")
    .select("customer_id")
    .where("id", "=", projectId)
    .executeTakeFirst()
  if (project === undefined) return []
  return [
    { model: "project", id: projectId },
    { model: "customer", id: project.customer_id },
  ]
}
