import type { FastifyInstance, FastifyReply } from "fastify"
import { sql } from "kysely"
import { hex } from "../../src/models/uuid.ts"
import type { Shown } from "./endpoint.ts"
import { contentType } from "./forms.ts"
import { offerings } from "./offerings.ts"
import { readPlanPeriods } from "./plan-periods.ts"
import { type Api, type Reading, readRequest, turnPage } from "./reading.ts"
import { resources } from "./resources.ts"
import { findRelated, findVisible, refuseOtherMethods, showChosen, type WithUuid } from "./serve.ts"
import type { HostDb } from "./tables.ts"
import { tenants } from "./tenants.ts"

const base = "/api/marketplace-resources/:uuid"

/** Serves what belongs to a resource to every user who sees the resource: its tenant, offering, plan periods and sub-resource offerings. */
export function serveResourceParts(app: FastifyInstance, api: Api): void {
  app.get(`${base}/details/`, async (request: WithUuid, reply) => {
    const { reading, resource } = await read(api, request)
    const tenant = await findRelated(api, tenants, reading, sql`${sql.ref("row.id")} = ${resource.tenant_id}`)
    return tenant === undefined ? reply.code(204).send() : tenants.show(tenant, reading.view)
  })
  app.get(`${base}/offering/`, async (request: WithUuid) => {
    const { reading, resource } = await read(api, request)
    const condition = sql<boolean>`${sql.ref("row.id")} = ${resource.offering_id}`
    const offering = await findRelated(api, offerings, reading, condition)
    return offering === undefined ? {} : showChosen(offerings, offering, reading)
  })
  app.get(`${base}/plan_periods/`, async (request: WithUuid, reply) => {
    const { reading, resource } = await read(api, request)
    return pageOf(await readPlanPeriods(api.db, resource.id), reading, reply)
  })
  app.get(`${base}/offering_for_subresources/`, async (request: WithUuid, reply) => {
    const { reading, resource } = await read(api, request)
    const found =
      resource.tenant_id === null ? [] : await readSubResourceOfferings(api.db, resource.tenant_id)
    return pageOf(found, reading, reply)
  })
  const parts = ["details", "offering", "plan_periods", "offering_for_subresources"]
  const urls = parts.map((part) => `${base}/${part}/`)
  refuseOtherMethods(app, api, urls)
}

async function read(api: Api, request: WithUuid) {
  const reading = await readRequest(api, request)
  return { reading, resource: await findVisible(api, resources, reading, request.params.uuid) }
}

/** Returns the requested page of a short list. */
function pageOf(all: readonly Shown[], reading: Reading, reply: FastifyReply): readonly Shown[] {
  const { number, size } = turnPage(reading, all.length, reply)
  return all.slice((number - 1) * size, number * size)
}

/** Offerings for machines and volumes of a tenant. */
async function readSubResourceOfferings(db: HostDb, tenantId: number): Promise<readonly Shown[]> {
  const rows = await db
    .selectFrom("marketplace_offering")
    .select(["uuid", "type"])
    .where("object_id", "=", tenantId)
    .where("content_type_id", "=", contentType("openstack", "tenant"))
    .orderBy("id")
    .execute()
  return rows.map(({ uuid, type }) => ({ uuid: hex(uuid), type }))
}
