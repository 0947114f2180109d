import { Type } from "@sinclair/typebox"
import type { FastifySchema } from "fastify"
import { errors } from "../../src/errors.ts"
import { createRequest } from "../../src/serializers/create-request.ts"
import { migrationCreated, migrationDetails } from "../../src/serializers/migration.ts"
import { previewResponse } from "../../src/serializers/preview.ts"
import { progressResponse } from "../../src/serializers/progress.ts"
import { patchRequest, updateRequest } from "../../src/serializers/update-request.ts"
import {
  databaseDown,
  type Examples,
  forbidden,
  invalid,
  invalidPlan,
  jsonResponse,
  noSuchPage,
  notAcceptable,
  notFound,
  otherServer,
  throttled,
  tooLarge,
  unauthenticated,
  unsupportedMediaType,
  uriTooLong,
  wrongState,
} from "./errors.ts"
import { eventsOperation } from "./events.ts"
import {
  createBodies,
  createdMigration,
  listOfMigrations,
  migrations,
  patchBodies,
  previews,
  progresses,
  updateBodies,
} from "./examples.ts"
import { objectsOperation } from "./objects.ts"
import { listQuery, migrationUuid, pageHeaders } from "./parameters.ts"
import { reportOperation } from "./report.ts"

/** A route's schema with the fields of an OpenAPI operation, as documenting plugins such as @fastify/swagger read them. */
export interface OperationSchema extends FastifySchema {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
}

const tags = ["openstack-migrations"]

/** The schema of a body with named examples, in the form of @fastify/swagger. */
function body({ schema }: { readonly schema: object }, examples: Examples) {
  return { ...schema, "x-examples": examples }
}

const details = jsonResponse("The migration.", migrationDetails, migrations)

const invalidUpdate = invalid("A field is invalid.", {
  null: { summary: "null", value: { mappings: ["This field may not be null."] } },
  nested: {
    summary: "An item of a list",
    value: { mappings: { subnets: [{ dst_cidr: ["Enter a valid IPv4 address."] }] } },
  },
})

const invalidCreate = invalidPlan(
  "A field is invalid or refers to an object that the user may not see, or a rule is violated.",
  {
    fields: {
      summary: "Fields",
      value: {
        src_resource: ["This field is required."],
        mappings: { subnets: [{}, { dst_cidr: ["A private network CIDR is expected."] }] },
      },
    },
    unknown: {
      summary: "Unknown or not visible",
      value: { dst_offering: ["Object with uuid=22c0ffee33d44f66b7788c99aabbccdd does not exist."] },
    },
    rule: {
      summary: "A violated rule",
      value: { non_field_errors: ["Source tenant is not in state OK."] },
    },
  },
)

const ownResponses = {
  list: {
    operationId: "openstack_migrations_list",
    summary: "List migrations",
    description:
      "The migrations that the user created, the oldest first. Staff and support see all migrations. HEAD returns their number in a header.",
    tags,
    querystring: listQuery,
    response: {
      200: {
        ...jsonResponse("A page of migrations.", Type.Array(migrationDetails), listOfMigrations),
        headers: pageHeaders,
      },
      400: invalid("A filter is not a uuid.", {
        filter: { summary: "Not a uuid", value: { src_resource_uuid: ["Enter a valid UUID."] } },
      }),
      401: unauthenticated,
      404: noSuchPage,
    },
  },
  create: {
    operationId: "openstack_migrations_create",
    summary: "Replicate a tenant",
    description:
      "Creates the marketplace resource, its order and the rows of the new tenant, and starts the migration in the background. Follow its events, or poll it until its state is `OK` or `ERRED`. Only a user whose order needs no review may request a migration.",
    tags,
    body: body(createRequest, createBodies),
    response: {
      201: jsonResponse("The migration is scheduled.", migrationCreated, createdMigration),
      400: invalidCreate,
      401: unauthenticated,
    },
  },
  preview: {
    operationId: "openstack_migrations_preview",
    summary: "Preview a replication",
    description:
      "Returns what a create with the same body would do: the objects that it would create, those that it would not copy, warnings, and an estimate of the calls. Stores nothing and calls no cloud.",
    tags,
    body: body(createRequest, createBodies),
    response: {
      200: jsonResponse("The plan.", previewResponse, previews),
      400: invalidCreate,
      401: unauthenticated,
    },
  },
  retrieve: {
    operationId: "openstack_migrations_retrieve",
    summary: "Show a migration",
    description: "A migration: its request, its state, and what is missing.",
    tags,
    params: migrationUuid,
    response: { 200: details, 401: unauthenticated, 404: notFound },
  },
  update: {
    operationId: "openstack_migrations_update",
    summary: "Change the record of a migration",
    description:
      "Changes the record of the request, in any state; it does not change the plan or the tenant. `mappings` is replaced as a whole. Only staff may change the error texts; fields that cannot be changed are ignored.",
    tags,
    params: migrationUuid,
    body: body(updateRequest, updateBodies),
    response: { 200: details, 400: invalidUpdate, 401: unauthenticated, 404: notFound },
  },
  partialUpdate: {
    operationId: "openstack_migrations_partial_update",
    summary: "Change parts of the record of a migration",
    description: "As PUT, but absent fields keep their value. The body may be absent.",
    tags,
    params: migrationUuid,
    body: body(patchRequest, patchBodies),
    response: { 200: details, 400: invalidUpdate, 401: unauthenticated, 404: notFound },
  },
  destroy: {
    operationId: "openstack_migrations_destroy",
    summary: "Delete the record of a migration",
    description:
      "Deletes the record of a migration that has ended, with its plan and report. What it created stays in the marketplace and in the cloud, and can no longer be verified or rolled back.",
    tags,
    params: migrationUuid,
    response: {
      204: { type: "null", description: "The record is deleted." },
      401: unauthenticated,
      404: notFound,
      409: wrongState("OK, ERRED"),
    },
  },
  progress: {
    operationId: "openstack_migrations_progress_retrieve",
    summary: "Show the progress of a migration",
    description:
      "Number of objects by kind and state, calls to the clouds, and the result of the last verification.",
    tags,
    params: migrationUuid,
    response: {
      200: jsonResponse("The progress.", progressResponse, progresses),
      401: unauthenticated,
      404: notFound,
      409: otherServer,
    },
  },
  events: eventsOperation,
  objects: objectsOperation,
  report: reportOperation,
  retry: {
    operationId: "openstack_migrations_retry",
    summary: "Retry a failed migration",
    description:
      "Creates the objects that failed or were skipped. Existing objects stay; nothing is created twice.",
    tags,
    params: migrationUuid,
    response: {
      200: details,
      401: unauthenticated,
      403: forbidden,
      404: notFound,
      409: wrongState("ERRED", errors.rolledBack, errors.tenantTerminated, errors.otherServer),
    },
  },
  cancel: {
    operationId: "openstack_migrations_cancel",
    summary: "Cancel a running migration",
    description:
      "Stops a migration at the next safe point, after the calls in flight. The migration becomes `ERRED`; what it created stays, and it can be retried or rolled back. Repeating the request changes nothing.",
    tags,
    params: migrationUuid,
    response: {
      202: details,
      401: unauthenticated,
      403: forbidden,
      404: notFound,
      409: wrongState("CREATION_SCHEDULED, CREATING", errors.otherServer),
    },
  },
  verify: {
    operationId: "openstack_migrations_verify",
    summary: "Verify again",
    description:
      "Reads both clouds in the background and compares them with the plan, attribute by attribute. `verification` of the progress shows when it has ended and what it found. Changes neither the migration's state nor anything in a cloud. Repeating the request while a verification is pending changes nothing.",
    tags,
    params: migrationUuid,
    response: {
      202: jsonResponse("The migration; its verification is pending.", migrationDetails, migrations),
      401: unauthenticated,
      404: notFound,
      409: wrongState("OK, ERRED", errors.rolledBack, errors.tenantTerminated, errors.otherServer),
    },
  },
  rollback: {
    operationId: "openstack_migrations_rollback",
    summary: "Roll back a migration",
    description:
      "Deletes the objects that this migration created, and only those, in reverse order, then the rows of the tenant. The resource becomes `Terminated`; its order stays. Unmanaged objects in the project are kept and reported, together with the project; delete them, then request the rollback again. A migration that is or was `OK` is rolled back only if the tenant is not in use. While it runs, the state is `DELETION_SCHEDULED` or `DELETING`. It ends as `ERRED` with the result in `error_message`, or as `OK` again where the tenant is in use. Repeating the request changes nothing.",
    tags,
    params: migrationUuid,
    response: {
      202: details,
      401: unauthenticated,
      403: forbidden,
      404: notFound,
      409: wrongState("OK, ERRED", errors.tenantInUse, errors.tenantTerminated, errors.otherServer),
    },
  },
  run: {
    operationId: "openstack_migrations_run",
    summary: "Start a migration (for older clients)",
    description: "Changes nothing, because a migration starts by itself. For clients of older servers.",
    tags,
    deprecated: true,
    params: migrationUuid,
    response: {
      200: { type: "null", description: "The migration is scheduled." },
      401: unauthenticated,
      404: notFound,
      409: wrongState("CREATION_SCHEDULED"),
    },
  },
} as const satisfies Record<string, OperationSchema & { readonly deprecated?: boolean }>

type Operations = typeof ownResponses

/** All operations, with the errors that each of them may have. */
export const operations = Object.fromEntries(
  Object.entries(ownResponses).map(([name, operation]) => [name, withCommonErrors(operation)]),
) as unknown as Operations

function withCommonErrors(operation: OperationSchema): OperationSchema {
  const bodyErrors = operation.body === undefined ? {} : { 413: tooLarge, 415: unsupportedMediaType }
  const addressErrors = operation.params === undefined ? {} : { 414: uriTooLong }
  const common = { 406: notAcceptable, ...bodyErrors, ...addressErrors, 429: throttled, 503: databaseDown }
  return { ...operation, response: { ...common, ...(operation.response as object) } }
}

/** Schema of routes that are not documented: refusals, redirects, OPTIONS. */
export const hidden: FastifySchema & { readonly hide: true } = { hide: true }
