import { sql } from "kysely"
import { ResourceState } from "../../src/models/codes.ts"
import { dashed, hex, parseUuid } from "../../src/models/uuid.ts"
import type { Condition, Shown } from "./endpoint.ts"
import type { Reading } from "./reading.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

/** Returns the number of resources that the user sees, by the uuid of their category. */
export async function readGlobalCategories(db: HostDb, { user, query }: Reading): Promise<Shown> {
  let rows = db
    .selectFrom("marketplace_resource as resource")
    .innerJoin("marketplace_offering as offering", "offering.id", "resource.offering_id")
    .innerJoin("marketplace_category as category", "category.id", "offering.category_id")
    .innerJoin("structure_project as project", "project.id", "resource.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select(["category.uuid", sql<number>`count(*)::int`.as("resources")])
    .where("resource.state", "<>", ResourceState.TERMINATED)
    .groupBy("category.uuid")
  if (!user.isStaff && !user.isSupport) rows = rows.where(inOwnProject(user))
  for (const [name, column] of scopes) {
    const condition = withUuid(column, query.get(name))
    if (condition !== undefined) rows = rows.where(condition)
  }
  return Object.fromEntries((await rows.execute()).map(({ uuid, resources }) => [hex(uuid), resources]))
}

const scopes = [
  ["project_uuid", "project.uuid"],
  ["customer_uuid", "customer.uuid"],
] as const

/** The condition for a uuid; a text that is none matches no row. */
function withUuid(column: string, sent: string | null): Condition | undefined {
  if (sent === null || sent === "") return undefined
  const uuid = parseUuid(sent)
  return uuid === undefined ? sql`false` : sql`${sql.ref(column)} = ${dashed(uuid)}`
}
