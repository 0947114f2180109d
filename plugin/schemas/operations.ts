import { Type } from "@sinclair/typebox"
import type { FastifySchema } from "fastify"
import { createRequest } from "../../src/serializers/create-request.ts"
import { migrationCreated, migrationDetails } from "../../src/serializers/migration.ts"
import { previewAnswer } from "../../src/serializers/preview.ts"
import { progressAnswer } from "../../src/serializers/progress.ts"
import { patchRequest, updateRequest } from "../../src/serializers/update-request.ts"
import {
  answer,
  type Examples,
  forbidden,
  invalid,
  noSuchPage,
  notFound,
  unauthenticated,
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

/** A route's schema with the words of OpenAPI that a documenting plugin reads, e.g. @fastify/swagger. */
export interface OperationSchema extends FastifySchema {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
}

const tags = ["openstack-migrations"]

/** A schema of a body with named examples, as @fastify/swagger takes them. */
function body({ schema }: { readonly schema: object }, examples: Examples) {
  return { ...schema, "x-examples": examples }
}

const details = answer("The migration.", migrationDetails, migrations)

const invalidUpdate = invalid("A field is not good.", {
  null: { summary: "null", value: { mappings: ["This field may not be null."] } },
  nested: {
    summary: "An item of a list",
    value: { mappings: { subnets: [{ dst_cidr: ["Enter a valid IPv4 address."] }] } },
  },
})

const invalidCreate = invalid("A field is not good, names what the user cannot see, or breaks a rule.", {
  fields: {
    summary: "Fields",
    value: {
      src_resource: ["This field is required."],
      mappings: { subnets: [{}, { dst_cidr: ["A private network CIDR is expected."] }] },
    },
  },
  unknown: {
    summary: "Unknown, or out of reach",
    value: { dst_offering: ["Object with uuid=22c0ffee33d44f66b7788c99aabbccdd does not exist."] },
  },
  rule: {
    summary: "A rule",
    value: { non_field_errors: ["Source tenant is not in state OK."] },
  },
})

export const operations = {
  list: {
    operationId: "openstack_migrations_list",
    summary: "List migrations",
    description:
      "The migrations that the user made, the oldest first; staff and support see everybody's. HEAD counts them.",
    tags,
    querystring: listQuery,
    response: {
      200: {
        ...answer("A page of migrations.", Type.Array(migrationDetails), listOfMigrations),
        headers: pageHeaders,
      },
      400: invalid("A filter is no uuid.", {
        filter: { summary: "No uuid", value: { src_resource_uuid: ["Enter a valid UUID."] } },
      }),
      401: unauthenticated,
      404: noSuchPage,
    },
  },
  create: {
    operationId: "openstack_migrations_create",
    summary: "Replicate a tenant",
    description:
      "Makes the marketplace resource, its order and the rows of the new tenant, and starts the work in the background. Poll the migration, or its progress, until its state is `OK` or `ERRED`. The user has to be one whose orders need no review.",
    tags,
    body: body(createRequest, createBodies),
    response: {
      201: answer("The work has been scheduled.", migrationCreated, createdMigration),
      400: invalidCreate,
      401: unauthenticated,
    },
  },
  preview: {
    operationId: "openstack_migrations_preview",
    summary: "Preview a replication",
    description:
      "Takes the body of a create and answers what it would make, what it would leave out, what may fail, and how many calls it takes. Stores nothing and asks no cloud.",
    tags,
    body: body(createRequest, createBodies),
    response: {
      200: answer("The plan.", previewAnswer, previews),
      400: invalidCreate,
      401: unauthenticated,
    },
  },
  retrieve: {
    operationId: "openstack_migrations_retrieve",
    summary: "Show a migration",
    description: "One migration: what was asked, where it stands, and what is missing.",
    tags,
    params: migrationUuid,
    response: { 200: details, 401: unauthenticated, 404: notFound },
  },
  update: {
    operationId: "openstack_migrations_update",
    summary: "Change the record of a migration",
    description:
      "Possible in any state. Changes what is kept of the request, never the work; `mappings` is replaced as a whole. The error texts are changed only for staff, and names that cannot be written are ignored.",
    tags,
    params: migrationUuid,
    body: body(updateRequest, updateBodies),
    response: { 200: details, 400: invalidUpdate, 401: unauthenticated, 404: notFound },
  },
  partialUpdate: {
    operationId: "openstack_migrations_partial_update",
    summary: "Change parts of the record of a migration",
    description: "As PUT, but fields that are not sent stay. The body may be absent.",
    tags,
    params: migrationUuid,
    body: body(patchRequest, patchBodies),
    response: { 200: details, 400: invalidUpdate, 401: unauthenticated, 404: notFound },
  },
  destroy: {
    operationId: "openstack_migrations_destroy",
    summary: "Forget a migration",
    description:
      "Deletes the record of a migration that has ended. What it made stays, in marketplace and cloud.",
    tags,
    params: migrationUuid,
    response: {
      204: { type: "null", description: "It is gone." },
      401: unauthenticated,
      404: notFound,
      409: wrongState("OK, ERRED"),
    },
  },
  progress: {
    operationId: "openstack_migrations_progress_retrieve",
    summary: "Show how far a migration is",
    description:
      "Objects of the plan by kind and state, calls to the cloud, and, when the work has ended, what comparing the destination with the plan has found. 404 also for migrations that an older server has made.",
    tags,
    params: migrationUuid,
    response: {
      200: answer("The progress.", progressAnswer, progresses),
      401: unauthenticated,
      404: notFound,
    },
  },
  events: eventsOperation,
  objects: objectsOperation,
  report: reportOperation,
  retry: {
    operationId: "openstack_migrations_retry",
    summary: "Go on with what is missing",
    description:
      "Tries again what failed or was skipped. What is there already stays; objects are not made twice.",
    tags,
    params: migrationUuid,
    response: { 200: details, 401: unauthenticated, 403: forbidden, 404: notFound, 409: wrongState("ERRED") },
  },
  cancel: {
    operationId: "openstack_migrations_cancel",
    summary: "Stop a migration that runs",
    description:
      "Nothing more is asked of the destination; calls under way end first. The migration then is `ERRED` for this reason: what was made is kept and can be read, taken up again by a retry, or rolled back. Asking twice changes nothing.",
    tags,
    params: migrationUuid,
    response: {
      202: details,
      401: unauthenticated,
      403: forbidden,
      404: notFound,
      409: wrongState("CREATION_SCHEDULED, CREATING"),
    },
  },
  verify: {
    operationId: "openstack_migrations_verify",
    summary: "Compare once more",
    description:
      "Reads both clouds again in the background and compares them, attribute by attribute; `verification` of the progress tells when that is done and what it has found. Changes neither the migration nor anything in a cloud. Asked for while it is pending, it is done once.",
    tags,
    params: migrationUuid,
    response: {
      202: answer("The migration; its verification is pending.", migrationDetails, migrations),
      401: unauthenticated,
      404: notFound,
      409: wrongState("OK, ERRED"),
    },
  },
  rollback: {
    operationId: "openstack_migrations_rollback",
    summary: "Take away what was made",
    description:
      "Removes from the destination what this migration has made, and only that, in reverse order, and then the rows of the tenant; the resource becomes `Terminated`, its order stays. What others have put into the project is left and named, with the project around it; ask again when it is gone. A migration that is `OK` is rolled back only if nobody has used the tenant since. While it works the state is `DELETION_SCHEDULED` or `DELETING`; it ends `ERRED` with what was done, or `OK` as before where others use the tenant. Asking twice changes nothing.",
    tags,
    params: migrationUuid,
    response: {
      202: details,
      401: unauthenticated,
      403: forbidden,
      404: notFound,
      409: wrongState("OK, ERRED"),
    },
  },
  run: {
    operationId: "openstack_migrations_run",
    summary: "Start a migration (older callers)",
    description:
      "Does nothing: the work has started by itself. For callers that were written for older servers.",
    tags,
    deprecated: true,
    params: migrationUuid,
    response: {
      200: { type: "null", description: "It has been scheduled." },
      401: unauthenticated,
      404: notFound,
      409: wrongState("CREATION_SCHEDULED"),
    },
  },
} as const satisfies Record<string, OperationSchema & { readonly deprecated?: boolean }>

/** Of routes that are no operations: refusals, redirects, OPTIONS. */
export const hidden: FastifySchema & { readonly hide: true } = { hide: true }
