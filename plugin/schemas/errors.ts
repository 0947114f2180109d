import { type TSchema, Type } from "@sinclair/typebox"
import { type ErrorDefinition, errors, requestErrors } from "../../src/errors.ts"

export const errorDetail = Type.Object(
  { detail: Type.String({ description: "Why the request was refused." }) },
  { title: "ErrorDetail", description: "One reason for the whole request." },
)

const validationErrors = Type.Unsafe<Readonly<Record<string, unknown>>>({
  title: "ValidationErrors",
  description:
    "Reasons by field, nested as the body is. `non_field_errors` holds reasons for the body as a whole, `detail` the reason for a body that is not JSON.",
  type: "object",
  additionalProperties: {
    anyOf: [
      { type: "array", items: { type: "string" }, description: "Reasons for this field." },
      {
        type: "array",
        items: { type: "object" },
        description: "Reasons by item of a list; `{}` for a valid item.",
      },
      { type: "object", description: "Reasons by field of an object." },
      { type: "string", description: "Only for `detail`." },
    ],
  },
})

export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>

/** Describes a JSON response in OpenAPI's form, which Fastify accepts unchanged. */
export function jsonResponse(description: string, schema: TSchema, examples: Examples) {
  return { description, content: { "application/json": { schema, examples } } }
}

interface ErrorParts {
  readonly description: string
  /** Errors that have this response. */
  readonly causes: readonly ErrorDefinition[]
  readonly examples: Examples
  readonly schema?: TSchema
}

function errorResponse({ description, causes, examples, schema = errorDetail }: ErrorParts) {
  const codes = causes.map(({ code }) => code)
  return {
    ...jsonResponse(description, schema, examples),
    headers: {
      "X-Error-Code": Type.Unsafe<string>({
        type: "string",
        enum: codes,
        description: "Stable code of the error; docs/errors.md lists cause and remedy of each.",
      }),
    },
  }
}

/** Adds a header to a response. */
function withHeader<Response extends { readonly headers: Readonly<Record<string, TSchema>> }>(
  response: Response,
  name: string,
  schema: TSchema,
) {
  return { ...response, headers: { ...response.headers, [name]: schema } }
}

const retryAfter = Type.Integer({ description: "Seconds to wait.", minimum: 1 })

export const unauthenticated = withHeader(
  errorResponse({
    description: "The request has no token, or the token is not valid.",
    causes: [requestErrors.notAuthenticated],
    examples: {
      missing: { summary: "No token", value: { detail: "Authentication credentials were not provided." } },
      unknown: { summary: "Unknown token", value: { detail: "Invalid token." } },
      expired: { summary: "Expired token", value: { detail: "Token has expired." } },
    },
  }),
  "WWW-Authenticate",
  Type.Literal("Token", { description: "The expected scheme." }),
)

export const forbidden = errorResponse({
  description:
    "The user may see the migration but not change it. Changing it requires the same rights as creating it.",
  causes: [requestErrors.permissionDenied],
  examples: {
    forbidden: {
      summary: "Missing rights",
      value: { detail: "You do not have permission to perform this action." },
    },
  },
})

export const notFound = errorResponse({
  description: "The migration does not exist, or the user may not see it.",
  causes: [requestErrors.notFound],
  examples: {
    unknown: { summary: "Unknown uuid", value: { detail: "No Migration matches the given query." } },
  },
})

export const noSuchPage = errorResponse({
  description: "The page does not exist.",
  causes: [requestErrors.notFound],
  examples: { beyond: { summary: "Beyond the last page", value: { detail: "Invalid page." } } },
})

export const notAcceptable = errorResponse({
  description: "The header `Accept` excludes every format of the response.",
  causes: [requestErrors.notAcceptable],
  examples: {
    other: { summary: "Another format", value: { detail: "Could not satisfy the request Accept header." } },
  },
})

/** Fastify itself refuses such an address, before the plugin sees it; a host may change the form by `frameworkErrors`. */
export const uriTooLong = jsonResponse(
  "The uuid in the address has more than 100 characters.",
  Type.Object(
    {
      error: Type.String({ description: "The kind of error." }),
      code: Type.String({ description: "Code of the web framework." }),
      message: Type.String({ description: "Why the request was refused." }),
      statusCode: Type.Integer({ description: "The status." }),
    },
    { title: "FrameworkError", description: "A refusal by the web framework." },
  ),
  {
    long: {
      summary: "A long address",
      value: {
        error: "Bad Request",
        code: "FST_ERR_MAX_PARAM_LENGTH",
        message: "'/api/openstack-migrations/…/' is exceeding the max param length",
        statusCode: 414,
      },
    },
  },
)

export const tooLarge = errorResponse({
  description: "The body exceeds the limit of this host.",
  causes: [requestErrors.bodyTooLarge],
  examples: { large: { summary: "Too large", value: { detail: "The body is too large." } } },
})

export const unsupportedMediaType = errorResponse({
  description: "The media type of the body is neither JSON nor a form.",
  causes: [requestErrors.unsupportedMediaType],
  examples: {
    xml: { summary: "XML", value: { detail: 'Unsupported media type "application/xml" in request.' } },
  },
})

const throttledExample = {
  throttled: {
    summary: "Too many requests",
    value: { detail: "Request was throttled. Expected available in 42 seconds." },
  },
} as const

export const throttled = withHeader(
  errorResponse({
    description: "The user, or the address of a client without a valid token, has sent too many requests.",
    causes: [requestErrors.throttled],
    examples: throttledExample,
  }),
  "Retry-After",
  retryAfter,
)

export const tooManyStreams = withHeader(
  errorResponse({
    description: "The user has too many event streams open, or has sent too many requests.",
    causes: [requestErrors.tooManyStreams, requestErrors.throttled],
    examples: {
      streams: {
        summary: "Too many streams",
        value: { detail: "No more than 10 event streams may be open at a time." },
      },
      ...throttledExample,
    },
  }),
  "Retry-After",
  retryAfter,
)

export const databaseDown = withHeader(
  errorResponse({
    description: "The server's database is unreachable.",
    causes: [errors.databaseDown.definition],
    examples: {
      down: {
        summary: "Database down",
        value: { detail: "The database cannot be reached. Try again later." },
      },
    },
  }),
  "Retry-After",
  retryAfter,
)

/**
 * Describes the refusal of an operation in the wrong state.
 * @param states those in which the operation is possible
 * @param others other errors with this status
 */
export function wrongState(states: string, ...others: readonly { readonly definition: ErrorDefinition }[]) {
  const more = others.map(({ definition }) => definition)
  return errorResponse({
    description: [
      `The migration is in none of the states ${states}.`,
      ...more.map(({ meaning }) => meaning),
    ].join(" Or: "),
    causes: [requestErrors.wrongState, ...more],
    examples: {
      state: { summary: "Wrong state", value: { detail: `Valid states for operation: ${states}.` } },
    },
  })
}

/** Another server ran the migration. */
export const otherServer = errorResponse({
  description: errors.otherServer.definition.meaning,
  causes: [errors.otherServer.definition],
  examples: {
    other: { summary: "Another server", value: { detail: errors.otherServer().message } },
  },
})

/** Describes the refusal of an invalid query or body. */
export function invalid(description: string, examples: Examples) {
  return errorResponse({
    description,
    causes: [requestErrors.invalid, requestErrors.parseError],
    examples,
    schema: validationErrors,
  })
}

/** As `invalid`, for a request that is planned: its mappings may not fit the tenant. */
export function invalidPlan(description: string, examples: Examples) {
  return errorResponse({
    description,
    causes: [
      requestErrors.invalid,
      requestErrors.parseError,
      errors.cidrMapping.definition,
      errors.addressDoesNotFit.definition,
    ],
    examples,
    schema: validationErrors,
  })
}
