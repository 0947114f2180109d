import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { sql } from "kysely"
import { apiErrors } from "../../src/api-error.ts"
import { dashed, parseUuid } from "../../src/models/uuid.ts"
import type { Condition, Endpoint, Shown } from "./endpoint.ts"
import { column } from "./forms.ts"
import { chooseFields, readConditions, readOrder } from "./query.ts"
import { type Api, type Reading, readOpenRequest, readRequest, turnPage } from "./reading.ts"

export type WithUuid = FastifyRequest<{ Params: { uuid: string } }>

/** Registers the list (GET and HEAD) and the single row of an endpoint. */
export function serve<Tables, Names extends keyof Tables, Row>(
  scope: FastifyInstance,
  api: Api,
  endpoint: Endpoint<Tables, Names, Row>,
): void {
  const base = `/api/${endpoint.path}/`
  const read = endpoint.open ? readOpenRequest : readRequest
  scope.get(base, async (request, reply) => list(api, endpoint, await read(api, request), reply))
  scope.get(`${base}:uuid/`, async (request: WithUuid) => {
    const reading = await read(api, request)
    const row = await findVisible(api, endpoint, reading, request.params.uuid)
    return showChosen(endpoint, row, reading)
  })
  refuseOtherMethods(scope, api, [base, `${base}:uuid/`])
}

/** Refuses writing methods with 405, after authentication. */
export function refuseOtherMethods(scope: FastifyInstance, api: Api, urls: readonly string[]): void {
  for (const url of urls) {
    scope.route({
      url,
      method: ["POST", "PUT", "PATCH", "DELETE"],
      async handler(request) {
        await readRequest(api, request)
        throw apiErrors.method(request.method)
      },
    })
  }
}

async function list<Tables, Names extends keyof Tables, Row>(
  api: Api,
  endpoint: Endpoint<Tables, Names, Row>,
  reading: Reading,
  reply: FastifyReply,
): Promise<readonly Shown[]> {
  const { query } = reading
  let rows = visibleRows(api, endpoint, reading)
  for (const condition of readConditions(query, endpoint.filters)) rows = rows.where(condition)
  const total = await rows
    .clearSelect()
    .select(sql<number>`count(*)::int`.as("total"))
    .executeTakeFirstOrThrow()
  const page = turnPage(reading, (total as { readonly total: number }).total, reply)
  if (reply.request.method === "HEAD") return []
  const shown = await rows
    .orderBy(readOrder(query, endpoint))
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute()
  return shown.map((row) => showChosen(endpoint, row as Row, reading))
}

function visibleRows<Tables, Names extends keyof Tables, Row>(
  { db }: Api,
  endpoint: Endpoint<Tables, Names, Row>,
  { user }: Reading,
) {
  const all = endpoint.select(db, user)
  return user.isStaff || user.isSupport ? all : all.where(endpoint.visible(user))
}

/** Returns the row with a uuid. @throws ApiError 404 where it does not exist or the user does not see it */
export async function findVisible<Tables, Names extends keyof Tables, Row>(
  api: Api,
  endpoint: Endpoint<Tables, Names, Row>,
  reading: Reading,
  sent: string,
): Promise<Row> {
  const uuid = parseUuid(sent)
  const row =
    uuid === undefined
      ? undefined
      : await visibleRows(api, endpoint, reading)
          .where(sql<boolean>`${column("row.uuid")} = ${dashed(uuid)}`)
          .executeTakeFirst()
  if (row === undefined) {
    throw apiErrors.notFound(`No ${endpoint.model} matches the given query.`)
  }
  return row as Row
}

/** Returns a row without checking whether the user sees it: callers have checked a row that it belongs to. */
export async function findRelated<Tables, Names extends keyof Tables, Row>(
  { db }: Api,
  endpoint: Endpoint<Tables, Names, Row>,
  { user }: Reading,
  condition: Condition,
): Promise<Row | undefined> {
  return (await endpoint.select(db, user).where(condition).executeTakeFirst()) as Row | undefined
}

export function showChosen<Tables, Names extends keyof Tables, Row>(
  endpoint: Endpoint<Tables, Names, Row>,
  row: Row,
  { query, view }: Reading,
): Shown {
  const shown = endpoint.show(row, view)
  return endpoint.choosesFields === false ? shown : chooseFields(query, shown)
}
