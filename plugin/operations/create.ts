import type { FastifyReply, FastifyRequest } from "fastify"
import { createMigration } from "../../src/executors/actions/create-migration.ts"
import { previewPlan } from "../../src/executors/plan/preview.ts"
import { readDestinationFacts } from "../../src/models/destination-facts.ts"
import { readSourceTenant } from "../../src/models/source-tenant.ts"
import { hex } from "../../src/models/uuid.ts"
import { readBody } from "../../src/serializers/body.ts"
import { createRequest } from "../../src/serializers/create-request.ts"
import { selectMigrations, serializeMigration } from "../../src/serializers/migration.ts"
import { lockPlanAndCheckCapacity } from "../../src/serializers/order-rules.ts"
import { validateCreate } from "../../src/serializers/validate-create.ts"
import type { RouteContext } from "../context.ts"
import { seesAll, userOf } from "./find.ts"

/** Handles POST of the list: validates the request, plans the copy and stores the plan. */
export async function create(context: RouteContext, request: FastifyRequest, reply: FastifyReply) {
  const { ctx, access, validation } = context
  const user = userOf(request)
  // Validated before the transaction, because `access` uses connections of its own: otherwise as many requests as the
  // pool has connections would each hold one and wait forever for another.
  const valid = await validateCreate(ctx.db, access, user, bodyOf(request), validation)
  const answer = await ctx.db.transaction().execute(async (trx) => {
    await lockPlanAndCheckCapacity(trx, valid.dstPlanId)
    const id = await createMigration(trx, valid, { ...ctx, ipAddress: request.ip })
    const row = await selectMigrations(trx).where("migration.id", "=", id).executeTakeFirstOrThrow()
    // Waldur's published Python client reads src_resource from this response; Waldur's server does not send it.
    return { ...serializeMigration(row, seesAll(user)), src_resource: hex(row.src_resource_uuid) }
  })
  return reply.code(201).send(answer)
}

/** Handles POST of preview: validates and plans the same request, and stores nothing. */
export async function preview({ ctx, access, validation }: RouteContext, request: FastifyRequest) {
  const valid = await validateCreate(ctx.db, access, userOf(request), bodyOf(request), validation)
  const source = await readSourceTenant(ctx.db, valid.srcTenantId, valid.networkIds)
  const facts = await readDestinationFacts(ctx.db, {
    name: valid.name,
    settingsId: valid.dstSettingsId,
    offeringId: valid.dstOfferingId,
    srcResourceId: valid.srcResource.id,
  })
  return previewPlan(valid, source, facts)
}

function bodyOf(request: FastifyRequest): unknown {
  return readBody(createRequest, request.body)
}
