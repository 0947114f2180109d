import { hash } from "node:crypto"
import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import openstackReplication, { type Access } from "../plugin/index.ts"

// A host whose people, keys and memberships are its own (own-permissions.sql). All four questions of `access` are
// answered here, so Waldur's tables of tokens and roles are never looked at.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })

/** The plugin answers what an error's `statusCode` says, and `{ "detail": <message> }`. */
class Unauthenticated extends Error {
  readonly statusCode = 401
}

async function isTrue(query: string, values: readonly unknown[]): Promise<boolean> {
  const { rowCount } = await pool.query(query, [...values])
  return rowCount === 1
}

const access: Access = {
  async authenticate({ authorization = "" }) {
    const [scheme, key = ""] = authorization.split(" ")
    if (scheme !== "ApiKey") throw new Unauthenticated("Send a header such as Authorization: ApiKey <key>.")
    const { rows } = await pool.query<{ id: number; is_operator: boolean }>(
      `select person.id, person.is_operator from accounts.api_key
         join accounts.person on person.id = api_key.person_id
       where api_key.hash = $1`,
      [hash("sha256", key, "buffer")],
    )
    const [person] = rows
    if (person === undefined) throw new Unauthenticated("This API key is not known.")
    // The id is what created_by_id gets. Staff see everybody's migrations, others only their own.
    return { id: person.id, isStaff: person.is_operator, isSupport: false }
  },

  seesResource: (user, { projectId }) =>
    isTrue("select from accounts.membership where person_id = $1 and project_id = $2", [user.id, projectId]),

  // This host has one catalogue for everybody: what is shared and active (Waldur's state 2).
  seesOffering: (_, { id }) =>
    isTrue("select from marketplace_offering where id = $1 and shared and state = 2", [id]),

  // Nobody reviews a migration after it was asked for, so this is where the host says no.
  ordersUnreviewed: (user, { projectId }) =>
    isTrue("select from accounts.membership where person_id = $1 and project_id = $2 and may_order", [
      user.id,
      projectId,
    ]),
}

const app = fastify({ logger: true })
await app.register(openstackReplication, { pool, access })

process.once("SIGTERM", async () => {
  await app.close()
  await pool.end()
})

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) })
