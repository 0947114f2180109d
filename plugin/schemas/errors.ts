import { type TSchema, Type } from "@sinclair/typebox"

const errorDetail = Type.Object(
  { detail: Type.String({ description: "Why the request was refused, for people." }) },
  { title: "ErrorDetail", description: "One reason for the whole request." },
)

const validationErrors = Type.Unsafe<Readonly<Record<string, unknown>>>({
  title: "ValidationErrors",
  description:
    "Reasons by field, nested as the body is. `non_field_errors` holds those that belong to no field, `detail` those of a body that is no JSON.",
  type: "object",
  additionalProperties: {
    anyOf: [
      { type: "array", items: { type: "string" }, description: "Reasons of this field." },
      {
        type: "array",
        items: { type: "object" },
        description: "Reasons by item of a list; `{}` for good ones.",
      },
      { type: "object", description: "Reasons by field of an object." },
      { type: "string", description: "Only of `detail`." },
    ],
  },
})

export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>

/** One possible answer: in OpenAPI's form, which Fastify takes as it is. */
export function answer(description: string, schema: TSchema, examples: Examples) {
  return { description, content: { "application/json": { schema, examples } } }
}

export const unauthenticated = {
  ...answer("Nobody is signed in, or the token is not good.", errorDetail, {
    missing: { summary: "No token", value: { detail: "Authentication credentials were not provided." } },
    unknown: { summary: "Unknown token", value: { detail: "Invalid token." } },
    expired: { summary: "Old token", value: { detail: "Token has expired." } },
  }),
  headers: { "WWW-Authenticate": Type.Literal("Token", { description: "The scheme that is expected." }) },
}

export const forbidden = answer(
  "The user sees the migration, and may not change it: that takes the rights of a create.",
  errorDetail,
  {
    forbidden: {
      summary: "No right",
      value: { detail: "You do not have permission to perform this action." },
    },
  },
)

export const notFound = answer("There is no such migration, or it is somebody else's.", errorDetail, {
  unknown: { summary: "Unknown uuid", value: { detail: "No Migration matches the given query." } },
})

export const noSuchPage = answer("There is no such page.", errorDetail, {
  beyond: { summary: "Beyond the last page", value: { detail: "Invalid page." } },
})

export const tooLarge = answer("The body is larger than this host takes.", errorDetail, {
  large: { summary: "Too large", value: { detail: "The body is too large." } },
})

export const throttled = {
  ...answer("The user has sent too many requests that change or plan something.", errorDetail, {
    throttled: {
      summary: "Too many requests",
      value: { detail: "Request was throttled. Expected available in 42 seconds." },
    },
  }),
  headers: { "Retry-After": Type.Integer({ description: "Seconds to wait.", minimum: 1 }) },
}

/** @param states those in which the operation is possible */
export function wrongState(states: string) {
  return answer(`The migration is in another state than ${states}.`, errorDetail, {
    state: { summary: "Wrong state", value: { detail: `Valid states for operation: ${states}.` } },
  })
}

export function invalid(description: string, examples: Examples) {
  return answer(description, validationErrors, examples)
}
