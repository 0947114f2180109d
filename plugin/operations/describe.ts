import type { FastifyRequest } from "fastify"
import { ApiError } from "../../src/api-error.ts"
import { fieldMetadata } from "../../src/serializers/field-metadata.ts"
import { migrationDetails } from "../../src/serializers/migration.ts"
import { updateRequest } from "../../src/serializers/update-request.ts"
import { bodyTypes } from "../bodies.ts"
import type { RouteContext } from "../context.ts"
import { findMigration, type WithUuid } from "./find.ts"

const fields = fieldMetadata(migrationDetails, updateRequest.schema.required)

/**
 * Handles OPTIONS, in the shape of Django REST framework. As in Waldur, `actions` has the fields of a migration, also for
 * POST; it is absent where the address has no such body, or names a migration that the user does not see.
 */
export async function describeEndpoint(context: RouteContext, request: FastifyRequest) {
  const { uuid } = request.params as { readonly uuid?: string }
  const actions = await actionsAt(context, request)
  return {
    name: uuid === undefined ? "Migration List" : "Migration Instance",
    description: "",
    renders: ["application/json"],
    parses: bodyTypes,
    ...(actions && { actions }),
  }
}

async function actionsAt(context: RouteContext, request: FastifyRequest) {
  const { server, routeOptions } = request
  if (routeOptions.url === `${server.prefix}/`) return { POST: fields }
  if (routeOptions.url !== `${server.prefix}/:uuid/`) return undefined
  try {
    await findMigration(context, request as WithUuid)
    return { PUT: fields }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
