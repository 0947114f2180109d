import type { FastifyInstance } from "fastify"
import { sql } from "kysely"
import type pg from "pg"
import { handleErrors } from "../../plugin/error-responses.ts"
import { waldurAccess } from "../../src/access/waldur.ts"
import { openDatabase } from "../../src/models/database.ts"
import { readConfiguration } from "./configuration.ts"
import { events } from "./events.ts"
import { readMe } from "./me.ts"
import { networks } from "./networks.ts"
import { offerings } from "./offerings.ts"
import { orders } from "./orders.ts"
import { ports } from "./ports.ts"
import { projects } from "./projects.ts"
import { chooseFields } from "./query.ts"
import { type Api, readRequest, turnPage } from "./reading.ts"
import { resources } from "./resources.ts"
import { routers } from "./routers.ts"
import { securityGroups } from "./security-groups.ts"
import { findRelated, findVisible, refuseOtherMethods, serve, showChosen, type WithUuid } from "./serve.ts"
import { subnets } from "./subnets.ts"
import { openHostTables } from "./tables.ts"
import { tenants } from "./tenants.ts"
import { volumeTypes } from "./volume-types.ts"

export interface HostApiOptions {
  /** Connections to the host's database. */
  readonly pool: pg.Pool
}

/** Registers the marketplace's endpoints that clients of replications read. They are read-only. */
export async function hostApi(app: FastifyInstance, { pool }: HostApiOptions): Promise<void> {
  const api: Api = { db: openHostTables(pool), access: waldurAccess(openDatabase(pool)) }
  handleErrors(app)
  app.get("/api/configuration/", () => readConfiguration(api.db))
  app.get("/api/users/me/", async (request) => {
    const { user, view, query } = await readRequest(api, request)
    return chooseFields(query, await readMe(api.db, user, view))
  })
  refuseOtherMethods(app, api, ["/api/configuration/", "/api/users/me/"])
  for (const path of ["lexis-links", "marketplace-robot-accounts"]) serveEmptyList(app, api, path)
  serveResourceParts(app, api)
  serve(app, api, resources)
  serve(app, api, offerings)
  serve(app, api, orders)
  serve(app, api, tenants)
  serve(app, api, networks)
  serve(app, api, subnets)
  serve(app, api, volumeTypes)
  serve(app, api, securityGroups)
  serve(app, api, routers)
  serve(app, api, ports)
  serve(app, api, projects)
  serve(app, api, events)
}

/** Serves the tenant and the offering of a resource to every user who sees the resource. */
function serveResourceParts(app: FastifyInstance, api: Api): void {
  const base = "/api/marketplace-resources/:uuid"
  app.get(`${base}/details/`, async (request: WithUuid, reply) => {
    const reading = await readRequest(api, request)
    const { tenant_id } = await findVisible(api, resources, reading, request.params.uuid)
    const tenant = await findRelated(api, tenants, reading, sql`${sql.ref("row.id")} = ${tenant_id}`)
    return tenant === undefined ? reply.code(204).send() : tenants.show(tenant, reading.view)
  })
  app.get(`${base}/offering/`, async (request: WithUuid) => {
    const reading = await readRequest(api, request)
    const { offering_id } = await findVisible(api, resources, reading, request.params.uuid)
    const offering = await findRelated(api, offerings, reading, sql`${sql.ref("row.id")} = ${offering_id}`)
    return offering === undefined ? {} : showChosen(offerings, offering, reading)
  })
  refuseOtherMethods(app, api, [`${base}/details/`, `${base}/offering/`])
}

/** Serves an empty list of objects that this host does not have and that clients read. */
function serveEmptyList(app: FastifyInstance, api: Api, path: string): void {
  app.get(`/api/${path}/`, async (request, reply) => {
    turnPage(await readRequest(api, request), 0, reply)
    return []
  })
  refuseOtherMethods(app, api, [`/api/${path}/`])
}
