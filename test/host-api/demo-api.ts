import fastify from "fastify"
import { hostApi } from "../../host/api/index.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { ImportedTenant } from "../../host/import/tenant.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { type Answer, type Ask, ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { insertNeighbours } from "./neighbour-rows.ts"

export type Row = Readonly<Record<string, unknown>>

export interface DemoApi {
  readonly world: TestWorld
  /** Scheme, host and port of the API. */
  readonly site: string
  readonly tenant: ImportedTenant
  /** A migration that ended OK. */
  readonly migration: MigrationDetails
  /** Sends a request, by default as the owner. `path` follows `/api/`. */
  get(path: string, asking?: Ask): Promise<Answer>
  rows(path: string, asking?: Ask): Promise<readonly Row[]>
}

/** Runs with the host's endpoints on demo rows, after a migration ended OK. */
export function withApi(run: (api: DemoApi) => Promise<void>): Promise<void> {
  return withWorld(async (world) => {
    const app = fastify()
    await app.register(hostApi, { pool: world.pool })
    const site = await app.listen({ host: "127.0.0.1", port: 0 })
    try {
      const tenant = await world.importTenant(demoTenant("medium"))
      const migration = await world.ended(
        (await world.create(tenant, { name: "copy", mappings: { sync_instance_ports: true } })).uuid,
      )
      await insertNeighbours(world, migration.dst_resource_uuid)
      const get = (path: string, asking: Ask = {}) =>
        ask(`${site}/api/${path}`, { token: world.rows.users.owner.token, ...asking })
      const rows = async (path: string, asking?: Ask) => (await get(path, asking)).body as readonly Row[]
      await run({ world, site, tenant, migration, get, rows })
    } finally {
      await app.close()
    }
  })
}

/** Inserts an event about a row, as Waldur's logging does. */
export async function logEvent(
  { pool }: TestWorld,
  about: { readonly model: string; readonly table: string; readonly uuid: string },
  message: string,
): Promise<void> {
  await pool.query(
    `with event as (
       insert into logging_event (uuid, created, event_type, message, context)
       values (gen_random_uuid(), clock_timestamp(), 'resource_creation_succeeded', $1,
         '{"user_username": "owner", "user_token": "hidden"}') returning id)
     insert into logging_feed (object_id, content_type_id, event_id)
     select about.id, type.id, event.id from event, ${about.table} as about, django_content_type as type
     where about.uuid = $2 and type.app_label || '.' || type.model = $3`,
    [message, about.uuid, about.model],
  )
}
