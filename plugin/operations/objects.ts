import type { FastifyReply } from "fastify"
import { apiErrors, type FieldErrors } from "../../src/api-error.ts"
import type { Db } from "../../src/models/database.ts"
import { kindNames } from "../../src/planning/kind-names.ts"
import { type MigrationObject, objectStates, serializeObject } from "../../src/serializers/objects.ts"
import { linkHeader, type Page, readPage } from "../../src/serializers/pages.ts"
import { readRowObjects } from "../../src/serializers/row-objects.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, type WithUuid } from "./find.ts"

const filters = { kind: kindNames, state: objectStates } as const

/** The requested values of each filter; an empty list: all. */
type Filters = Readonly<Record<keyof typeof filters, readonly string[]>>

/**
 * Handles GET of objects: the objects of a migration's plan with their states, in the order of the plan. Of a migration that
 * another server ran, it returns what the host's rows show.
 */
export async function objects(context: RouteContext, request: WithUuid, reply: FastifyReply) {
  const { db } = context.ctx
  const { id } = await findMigration(context, request)
  const { pathname, searchParams } = new URL(request.url, "http://host")
  const wanted = readFilters(searchParams)
  const read = (await hasRun(db, id)) ? readPlanned(db, id, wanted) : await readRows(db, id, wanted)
  const total = await read.total()
  const page = readPage(searchParams, total)
  reply.header("X-Result-Count", total)
  reply.header("Link", linkHeader(`${request.protocol}://${request.host}${pathname}`, searchParams, page))
  return read.page(page)
}

/** Objects that a request selects. */
interface Selection {
  total(): Promise<number>
  page(page: Page): Promise<readonly MigrationObject[]>
}

/** @throws ApiError 400 */
function readFilters(searchParams: URLSearchParams): Filters {
  const errors: Record<string, FieldErrors> = {}
  const read = (name: keyof typeof filters) => {
    const requested = searchParams.getAll(name).filter((value) => value !== "")
    const invalid = requested.find((value) => !(filters[name] as readonly string[]).includes(value))
    if (invalid !== undefined) errors[name] = [`"${invalid}" is not a valid choice.`]
    return requested
  }
  const wanted = { kind: read("kind"), state: read("state") }
  if (Object.keys(errors).length > 0) throw apiErrors.invalid(errors)
  return wanted
}

async function hasRun(db: Db, id: number): Promise<boolean> {
  const run = await db
    .selectFrom("openstack_replication.run")
    .select("migration_id")
    .where("migration_id", "=", id)
    .executeTakeFirst()
  return run !== undefined
}

function readPlanned(db: Db, id: number, { kind, state }: Filters): Selection {
  let query = db.selectFrom("openstack_replication.object").where("migration_id", "=", id)
  if (kind.length > 0) query = query.where("kind", "in", kind)
  if (state.length > 0) query = query.where("state", "in", state as (typeof objectStates)[number][])
  return {
    async total() {
      const { total } = await query
        .select(({ fn }) => fn.countAll<string>().as("total"))
        .executeTakeFirstOrThrow()
      return Number(total)
    },
    async page({ size, number }) {
      const rows = await query
        .selectAll()
        .orderBy("position")
        .limit(size)
        .offset((number - 1) * size)
        .execute()
      return rows.map(serializeObject)
    },
  }
}

async function readRows(db: Db, id: number, { kind, state }: Filters): Promise<Selection> {
  const all = await readRowObjects(db, id)
  const wanted = all.filter(
    (object) =>
      (kind.length === 0 || kind.includes(object.kind)) &&
      (state.length === 0 || state.includes(object.state)),
  )
  return {
    total: async () => wanted.length,
    page: async ({ size, number }) => wanted.slice((number - 1) * size, number * size),
  }
}
