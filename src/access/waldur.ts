import { OfferingState } from "../models/codes.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Db } from "../models/database.ts"
import type { AccessUse } from "../models/host-tables.ts"
import { checkOrganization } from "./organization.ts"
import { hasRole, projectScopes, type Scope } from "./roles.ts"
import { authenticateByToken } from "./token.ts"
import type { Access, User, WantedOrder } from "./types.ts"

/** Returns Waldur's own rules, which read its tables of users, tokens and roles. */
export function waldurAccess(db: Db): Access {
  return {
    authenticate: (credentials) => authenticateByToken(db, credentials),
    async seesResource(user, { projectId }) {
      return user.isStaff || user.isSupport || hasRole(db, user, await projectScopes(db, projectId))
    },
    seesOffering: (user, { id }) => seesOffering(db, user, id),
    async ordersUnreviewed(user, order) {
      if (!(await ordersUnreviewed(db, user, order))) return false
      await checkOrganization(db, order)
      return true
    },
  }
}

/** Returns which of Waldur's tables are needed, because the host does not replace the rule. */
export function waldurAccessUse(own: Partial<Access> = {}): AccessUse {
  return {
    tokens: own.authenticate === undefined,
    roles: !(own.seesResource && own.seesOffering && own.ordersUnreviewed),
  }
}

async function offeringRow(db: Db, id: number) {
  return db.selectFrom("marketplace_offering").selectAll().where("id", "=", id).executeTakeFirst()
}

async function seesOffering(db: Db, user: User, id: number): Promise<boolean> {
  const offering = await offeringRow(db, id)
  if (offering?.state !== OfferingState.ACTIVE && offering?.state !== OfferingState.PAUSED) return false
  if (offering.shared) return true
  const plans = await db
    .selectFrom("marketplace_plan")
    .select("id")
    .where("offering_id", "in", [id, offering.parent_id ?? id])
    .where("archived", "=", false)
    .execute()
  if (plans.length === 0) return false
  if (user.isStaff || user.isSupport) return true
  const scopes: Scope[] = [{ model: "offering", id }]
  if (offering.customer_id !== null) scopes.push({ model: "customer", id: offering.customer_id })
  if (offering.project_id !== null) scopes.push({ model: "project", id: offering.project_id })
  if (!(await hasRole(db, user, scopes))) return false
  return hasOpenPlan(
    db,
    user,
    plans.map((plan) => plan.id),
  )
}

/** Whether one of the plans is open to the user: a plan restricted to organization groups is open to their customers only. */
async function hasOpenPlan(db: Db, user: User, plans: readonly number[]): Promise<boolean> {
  const restricted = await db
    .selectFrom("marketplace_plan_organization_groups")
    .select(["plan_id", "organizationgroup_id"])
    .where("plan_id", "in", [...plans])
    .execute()
  if (plans.some((plan) => restricted.every((row) => row.plan_id !== plan))) return true
  const groups = await db
    .selectFrom("permissions_userrole as given")
    .innerJoin("structure_customer as customer", "customer.id", "given.object_id")
    .select("customer.organization_group_id")
    .where("given.user_id", "=", user.id)
    .where("given.is_active", "=", true)
    .where("given.content_type_id", "=", await contentTypeId(db, "structure", "customer"))
    .execute()
  const userGroups = new Set(groups.map((row) => row.organization_group_id))
  return restricted.some((row) => userGroups.has(row.organizationgroup_id))
}

/** Waldur's "consumer review", decided before the order exists. The first rule that applies decides. */
async function ordersUnreviewed(db: Db, user: User, order: WantedOrder): Promise<boolean> {
  if (user.isStaff) return true
  const offering = await offeringRow(db, order.offeringId)
  if (offering === undefined) return false
  const scopes = await projectScopes(db, order.projectId)
  if (!offering.shared && !offering.billable) return hasRole(db, user, scopes, "ORDER.APPROVE_PRIVATE")
  const customer = scopes.find((scope) => scope.model === "customer")
  if (
    offering.shared &&
    customer !== undefined &&
    offering.customer_id === customer.id &&
    offering.plugin_options.auto_approve_in_service_provider_projects === true
  ) {
    return true
  }
  return hasRole(db, user, scopes, "ORDER.APPROVE")
}
