import { Type } from "@sinclair/typebox"
import { kindNames } from "../../src/planning/kind-names.ts"
import { type MigrationObject, migrationObject, objectStates } from "../../src/serializers/objects.ts"
import { answer, invalid, noSuchPage, unauthenticated } from "./errors.ts"
import { migrationUuid, pageHeaders, paging } from "./parameters.ts"

const failed: MigrationObject = {
  kind: "port",
  key: "31",
  name: "web-1",
  source: "8a1f0c52-3d4e-4b6a-9c7d-0e1f2a3b4c5d",
  destination: "",
  state: "failed",
  attempts: 1,
  reason: "Cloud B: network POST /v2.0/ports answered 409: Quota exceeded for resources: ['port'].",
  error: { code: "CLOUD_REFUSED", message: "Quota exceeded for resources: ['port'].", status: 409 },
  mapped: [],
  dropped: [],
  differences: [],
}

const oneOf = (choices: readonly string[], description: string) =>
  Type.Optional(Type.Array(Type.Unsafe<string>({ type: "string", enum: [...choices] }), { description }))

/** The list of a migration's objects. */
export const objectsOperation = {
  operationId: "openstack_migrations_objects_list",
  summary: "List the objects of a migration",
  description:
    "Every object of the plan and what became of it, in the order of the plan; with `state=failed` what is missing and why.",
  tags: ["openstack-migrations"],
  params: migrationUuid,
  querystring: Type.Object({
    kind: oneOf(kindNames, "Only objects of this kind; may be given more than once."),
    state: oneOf(objectStates, "Only objects in this state; may be given more than once."),
    ...paging,
  }),
  response: {
    200: {
      ...answer("A page of objects.", Type.Array(migrationObject), {
        failed: { summary: "One that failed", value: [failed] },
      }),
      headers: pageHeaders,
    },
    400: invalid("A filter is not good.", {
      state: { summary: "Unknown state", value: { state: ['"gone" is not a valid choice.'] } },
    }),
    401: unauthenticated,
    404: noSuchPage,
  },
} as const
