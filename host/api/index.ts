import type { FastifyInstance } from "fastify"
import type pg from "pg"
import { handleErrors } from "../../plugin/error-responses.ts"
import { waldurAccess } from "../../src/access/waldur.ts"
import { openDatabase } from "../../src/models/database.ts"
import { serveAbsent } from "./absent.ts"
import { categories } from "./categories.ts"
import { componentUsages } from "./component-usages.ts"
import { readConfiguration } from "./configuration.ts"
import { customers } from "./customers.ts"
import { events } from "./events.ts"
import { flavors } from "./flavors.ts"
import { readGlobalCategories } from "./global-categories.ts"
import { images } from "./images.ts"
import { invoiceItems } from "./invoice-items.ts"
import { invoices } from "./invoices.ts"
import { readMe } from "./me.ts"
import { networks } from "./networks.ts"
import { offerings, providerOfferings } from "./offerings.ts"
import { orders } from "./orders.ts"
import { plugins } from "./plugins.ts"
import { ports } from "./ports.ts"
import { projects } from "./projects.ts"
import { chooseFields } from "./query.ts"
import { type Api, readRequest, turnPage } from "./reading.ts"
import { serveResourceParts } from "./resource-parts.ts"
import { resources } from "./resources.ts"
import { roles } from "./roles.ts"
import { routers } from "./routers.ts"
import { securityGroups } from "./security-groups.ts"
import { refuseOtherMethods, serve } from "./serve.ts"
import { serveSignIn } from "./sign-in.ts"
import { subnets } from "./subnets.ts"
import { openHostTables } from "./tables.ts"
import { floatingIps, instances, serverGroups, snapshots, volumes } from "./tenant-objects.ts"
import { tenants } from "./tenants.ts"
import { users } from "./users.ts"
import { volumeTypes } from "./volume-types.ts"

export interface HostApiOptions {
  /** Connections to the host's database. */
  readonly pool: pg.Pool
}

/**
 * Registers the marketplace's endpoints that clients of replications and Waldur's front end read. They are read-only,
 * but for the sign-in.
 */
export async function hostApi(app: FastifyInstance, { pool }: HostApiOptions): Promise<void> {
  const api: Api = { db: openHostTables(pool), access: waldurAccess(openDatabase(pool)) }
  handleErrors(app)
  serveSignIn(app, api)
  serveSingles(app, api)
  serveResourceParts(app, api)
  serveAbsent(app, api)
  serveMarketplace(app, api)
  serveOpenstack(app, api)
}

function serveMarketplace(app: FastifyInstance, api: Api): void {
  serve(app, api, roles)
  serve(app, api, users)
  serve(app, api, customers)
  serve(app, api, projects)
  serve(app, api, categories)
  serve(app, api, offerings)
  serve(app, api, providerOfferings)
  serve(app, api, resources)
  serve(app, api, orders)
  serve(app, api, componentUsages)
  serve(app, api, invoices)
  serve(app, api, invoiceItems)
  serve(app, api, events)
}

function serveOpenstack(app: FastifyInstance, api: Api): void {
  serve(app, api, tenants)
  serve(app, api, networks)
  serve(app, api, subnets)
  serve(app, api, routers)
  serve(app, api, ports)
  serve(app, api, securityGroups)
  serve(app, api, volumeTypes)
  serve(app, api, flavors)
  serve(app, api, images)
  serve(app, api, floatingIps)
  serve(app, api, instances)
  serve(app, api, volumes)
  serve(app, api, snapshots)
  serve(app, api, serverGroups)
}

/** Serves what is not a table: settings, the signed-in user, kinds of offerings, and counts by category. */
function serveSingles(app: FastifyInstance, api: Api): void {
  app.get("/api/configuration/", () => readConfiguration(api.db))
  app.get("/api/users/me/", async (request) => {
    const { user, view, query } = await readRequest(api, request)
    return chooseFields(query, await readMe(api.db, user, view))
  })
  app.get("/api/marketplace-plugins/", async (request, reply) => {
    turnPage(await readRequest(api, request), plugins.length, reply)
    return plugins
  })
  app.get("/api/marketplace-global-categories/", async (request) =>
    readGlobalCategories(api.db, await readRequest(api, request)),
  )
  const names = ["configuration", "users/me", "marketplace-plugins", "marketplace-global-categories"]
  const urls = names.map((name) => `/api/${name}/`)
  refuseOtherMethods(app, api, urls)
}
