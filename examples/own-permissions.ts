import { hash } from "node:crypto"
import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import openstackReplication, { type Access } from "../plugin/index.ts"

// A host with its own tables of users, API keys and memberships (own-permissions.sql). It implements all four functions
// of `access`, so the plugin never reads Waldur's tables of tokens and roles.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })

/** The plugin responds with the `statusCode` of an error and `{ "detail": <message> }`. */
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
    // The id is stored as created_by_id. Staff see all migrations, other users only their own.
    return { id: person.id, isStaff: person.is_operator, isSupport: false }
  },

  seesResource: (user, { projectId }) =>
    isTrue("select from accounts.membership where person_id = $1 and project_id = $2", [user.id, projectId]),

  // All users of this host see the same offerings: those that are shared and active (Waldur's state 2).
  seesOffering: (_, { id }) =>
    isTrue("select from marketplace_offering where id = $1 and shared and state = 2", [id]),

  // A requested migration is not reviewed, so this is where the host refuses it.
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
