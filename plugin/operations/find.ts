import type { FastifyRequest } from "fastify"
import type { User } from "../../src/access/types.ts"
import { apiErrors } from "../../src/api-error.ts"
import { dashed, parseUuid } from "../../src/models/uuid.ts"
import { type MigrationJoin, selectMigrations } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** The authenticated user. The plugin sets it on its own routes; null before the authentication. */
    replicationUser: User | null
  }
}

/** A request whose address names a migration. */
export type WithUuid = FastifyRequest<{ Params: { uuid: string } }>

/** Returns the authenticated user. @throws ApiError 401 */
export function userOf(request: FastifyRequest): User {
  if (request.replicationUser === null) throw apiErrors.unauthenticated()
  return request.replicationUser
}

/** Returns whether the user sees all migrations and their tracebacks, as staff and support do. */
export function seesAll(user: User): boolean {
  return user.isStaff || user.isSupport
}

/** Selects the migrations that the user may see: all for staff and support, for others those that they created. */
export function visibleMigrations({ ctx }: RouteContext, user: User) {
  const all = selectMigrations(ctx.db)
  return seesAll(user) ? all : all.where("migration.created_by_id", "=", user.id)
}

/** Returns the migration that the address names. @throws ApiError 404, also where the user may not see it */
export async function findMigration(context: RouteContext, request: WithUuid): Promise<MigrationJoin> {
  const uuid = parseUuid(request.params.uuid)
  if (uuid === undefined) throw apiErrors.notFound()
  const row = await visibleMigrations(context, userOf(request))
    .where("migration.uuid", "=", dashed(uuid))
    .executeTakeFirst()
  if (row === undefined) throw apiErrors.notFound()
  return row
}
