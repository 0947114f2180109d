import { Type } from "@sinclair/typebox"
import { kindNames } from "../../src/planning/kind-names.ts"
import { type MigrationObject, migrationObject, objectStates } from "../../src/serializers/objects.ts"
import { invalid, jsonResponse, noSuchPage, unauthenticated } from "./errors.ts"
import { migrationUuid, pageHeaders, paging } from "./parameters.ts"

const failed: MigrationObject = {
  kind: "port",
  key: "31",
  name: "web-1",
  source: "8a1f0c52-3d4e-4b6a-9c7d-0e1f2a3b4c5d",
  destination: "",
  state: "failed",
  create_requests: 1,
  reason:
    "Cloud B: network POST /ports answered 409: Quota exceeded for resources: ['port'] (req-5f2b8c1e-0d37-4a96-b1f4-2c6e9a7d3b80). Raise this quota of the destination project or delete what uses it, then retry.",
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
    "All objects of the plan with their states, in the order of the plan; of a migration that another server ran, what the marketplace's rows show. `state=failed` lists what is missing and why.",
  tags: ["openstack-migrations"],
  params: migrationUuid,
  querystring: Type.Object({
    kind: oneOf(kindNames, "Only objects of this kind. May be repeated."),
    state: oneOf(objectStates, "Only objects in this state. May be repeated."),
    ...paging,
  }),
  response: {
    200: {
      ...jsonResponse("A page of objects.", Type.Array(migrationObject), {
        failed: { summary: "A failed object", value: [failed] },
      }),
      headers: pageHeaders,
    },
    400: invalid("A filter has an unknown value.", {
      state: { summary: "Unknown state", value: { state: ['"gone" is not a valid choice.'] } },
    }),
    401: unauthenticated,
    404: noSuchPage,
  },
} as const
