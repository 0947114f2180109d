import type { FastifyReply } from "fastify"
import { apiErrors, type FieldErrors } from "../../src/api-error.ts"
import { kindNames } from "../../src/planning/kind-names.ts"
import { objectStates, serializeObject } from "../../src/serializers/objects.ts"
import { linkHeader, readPage } from "../../src/serializers/pages.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, type WithUuid } from "./find.ts"

const filters = { kind: kindNames, state: objectStates } as const

/** Handles GET of objects: the objects of a migration's plan with their states, in the order of the plan. */
export async function objects(context: RouteContext, request: WithUuid, reply: FastifyReply) {
  const { id } = await findMigration(context, request)
  const { pathname, searchParams } = new URL(request.url, "http://host")
  let query = context.ctx.db.selectFrom("openstack_replication.object").where("migration_id", "=", id)
  const errors: Record<string, FieldErrors> = {}
  for (const [name, choices] of Object.entries(filters)) {
    const requested = searchParams.getAll(name).filter((value) => value !== "")
    const invalid = requested.find((value) => !(choices as readonly string[]).includes(value))
    if (invalid !== undefined) errors[name] = [`"${invalid}" is not a valid choice.`]
    else if (requested.length > 0) query = query.where(name as "kind", "in", requested)
  }
  if (Object.keys(errors).length > 0) throw apiErrors.invalid(errors)
  const { total } = await query
    .select(({ fn }) => fn.countAll<string>().as("total"))
    .executeTakeFirstOrThrow()
  const page = readPage(searchParams, Number(total))
  const rows = await query
    .selectAll()
    .orderBy("position")
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute()
  reply.header("X-Result-Count", total)
  reply.header("Link", linkHeader(`${request.protocol}://${request.host}${pathname}`, searchParams, page))
  return rows.map(serializeObject)
}
