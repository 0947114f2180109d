import type { FastifyRequest } from "fastify"
import type { User } from "../../src/access/types.ts"
import { apiErrors } from "../../src/api-error.ts"
import { dashed, parseUuid } from "../../src/models/uuid.ts"
import { type MigrationJoin, selectMigrations } from "../../src/serializers/migration.ts"
import type { RouteContext } from "../context.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set by the plugin on its own routes. */
    replicationUser: User | null
  }
}

export type WithUuid = FastifyRequest<{ Params: { uuid: string } }>

/** @throws ApiError 401 */
export function userOf(request: FastifyRequest): User {
  if (request.replicationUser === null) throw apiErrors.unauthenticated()
  return request.replicationUser
}

/** Staff and support see every migration, and its traceback. */
export function seesAll(user: User): boolean {
  return user.isStaff || user.isSupport
}

/** Staff and support see every migration; everyone else those that they made themselves. */
export function visibleMigrations({ ctx }: RouteContext, user: User) {
  const all = selectMigrations(ctx.db)
  return seesAll(user) ? all : all.where("migration.created_by_id", "=", user.id)
}

/** The migration of the address. @throws ApiError 404, also where it is somebody else's */
export async function findMigration(context: RouteContext, request: WithUuid): Promise<MigrationJoin> {
  const uuid = parseUuid(request.params.uuid)
  if (uuid === undefined) throw apiErrors.notFound()
  const row = await visibleMigrations(context, userOf(request))
    .where("migration.uuid", "=", dashed(uuid))
    .executeTakeFirst()
  if (row === undefined) throw apiErrors.notFound()
  return row
}
