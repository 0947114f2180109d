import type { Access, User } from "../access/types.ts"
import type { FieldErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"
import { dashed } from "../models/uuid.ts"
import type { CreateRequest } from "./create-request.ts"
import { doesNotExist } from "./fields.ts"

/** The rows that a request refers to, as far as the user may see them. */
export interface NamedRows {
  readonly resource: Awaited<ReturnType<typeof findResource>>
  readonly offering: Awaited<ReturnType<typeof findOffering>>
  readonly plan: Awaited<ReturnType<typeof findPlan>>
  readonly errors: Readonly<Record<string, FieldErrors>>
}

/** Finds the rows. A row that does not exist and one that the user may not see give the same error of their field. */
export async function findRows(
  db: Db,
  access: Access,
  user: User,
  request: Partial<CreateRequest>,
  sent: Readonly<Record<string, unknown>>,
): Promise<NamedRows> {
  const resource = request.src_resource && (await findResource(db, access, user, request.src_resource))
  const offering = request.dst_offering && (await findOffering(db, access, user, request.dst_offering))
  const plan = request.dst_plan && (await findPlan(db, request.dst_plan))
  const errors: Record<string, FieldErrors> = {}
  if (request.src_resource && !resource) errors.src_resource = [doesNotExist(sent.src_resource)]
  if (request.dst_offering && !offering) errors.dst_offering = [doesNotExist(sent.dst_offering)]
  if (request.dst_plan && !plan) errors.dst_plan = [doesNotExist(sent.dst_plan)]
  return { resource: resource || undefined, offering: offering || undefined, plan: plan || undefined, errors }
}

async function findResource(db: Db, access: Access, user: User, uuid: string) {
  const row = await db
    .selectFrom("marketplace_resource")
    .selectAll()
    .where("uuid", "=", dashed(uuid))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return (await access.seesResource(user, { id: row.id, projectId: row.project_id })) ? row : undefined
}

async function findOffering(db: Db, access: Access, user: User, uuid: string) {
  const row = await db
    .selectFrom("marketplace_offering")
    .selectAll()
    .where("uuid", "=", dashed(uuid))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return (await access.seesOffering(user, { id: row.id })) ? row : undefined
}

function findPlan(db: Db, uuid: string) {
  return db.selectFrom("marketplace_plan").selectAll().where("uuid", "=", dashed(uuid)).executeTakeFirst()
}
