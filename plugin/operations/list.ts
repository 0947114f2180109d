import type { FastifyReply, FastifyRequest } from "fastify"
import { apiErrors, type FieldErrors } from "../../src/api-error.ts"
import { dashed, parseUuid } from "../../src/models/uuid.ts"
import { serializeMigration } from "../../src/serializers/migration.ts"
import { linkHeader, readPage } from "../../src/serializers/pages.ts"
import type { RouteContext } from "../context.ts"
import { seesAll, userOf, visibleMigrations } from "./find.ts"

/** Filters of the list with their columns. Other parameters are ignored, as in Waldur. */
const filters = [
  ["src_resource_uuid", "src.uuid"],
  ["dst_resource_uuid", "dst.uuid"],
] as const

/** Handles GET and HEAD of the list: filtered, in pages, the oldest first. */
export async function list(context: RouteContext, request: FastifyRequest, reply: FastifyReply) {
  const user = userOf(request)
  const { pathname, searchParams } = new URL(request.url, "http://host")
  let query = visibleMigrations(context, user)
  const errors: Record<string, FieldErrors> = {}
  for (const [name, column] of filters) {
    const sent = searchParams.getAll(name).at(-1)
    if (!sent) continue
    const uuid = parseUuid(sent)
    if (uuid === undefined) errors[name] = ["Enter a valid UUID."]
    else query = query.where(column, "=", dashed(uuid))
  }
  if (Object.keys(errors).length > 0) throw apiErrors.invalid(errors)
  const { total } = await query
    .clearSelect()
    .select(({ fn }) => fn.countAll<string>().as("total"))
    .executeTakeFirstOrThrow()
  const page = readPage(searchParams, Number(total))
  const rows = await query
    .orderBy("migration.created")
    .orderBy("migration.id")
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute()
  reply.header("X-Result-Count", total)
  reply.header("Link", linkHeader(`${request.protocol}://${request.host}${pathname}`, searchParams, page))
  return rows.map((row) => serializeMigration(row, seesAll(user)))
}
