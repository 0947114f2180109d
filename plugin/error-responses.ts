import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { ApiError } from "../src/api-error.ts"
import { type ErrorDefinition, errors, ReplicationError, requestErrors } from "../src/errors.ts"
import { describeError } from "../src/executors/worker/log.ts"
import { isDatabaseDown } from "../src/models/database-down.ts"

/** Response header with the stable code of an error; docs/errors.md lists the codes. */
export const errorCodeHeader = "X-Error-Code"

interface ErrorResponse {
  readonly status: number
  readonly code: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Turns what a route throws into a response in Waldur's shapes, with the error's code in a header: front ends show
 * every field of an error's body, so the body has no field for it. An unexpected error is logged, and its response has
 * no details, because messages of a database hold values of rows.
 */
export function handleErrors(scope: FastifyInstance): void {
  scope.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const expected = ownError(error) ?? fastifyError(error as FastifyError, request)
    if (expected === undefined) request.log.error({ error: describeError(error) }, "request failed")
    const { status, code, body, headers = {} } = expected ?? unexpectedError(error)
    return reply.code(status).header(errorCodeHeader, code).headers(headers).send(body)
  })
}

function ownError(error: unknown): ErrorResponse | undefined {
  if (!(error instanceof ReplicationError)) return undefined
  const { status, code } = error
  if (error instanceof ApiError) {
    const headers = status === 401 ? { "WWW-Authenticate": "Token" } : {}
    return { status, code, body: error.body, headers }
  }
  if (status === 409) return { status, code, body: { detail: error.message } }
  if (status < 500) return { status, code, body: { non_field_errors: [error.message] } }
  return undefined
}

interface FastifyError {
  readonly code?: string
  readonly statusCode?: number
  readonly message: string
}

/** Errors of Fastify, in Django REST framework's words, and errors of the host with a `statusCode` of 400 to 499. */
function fastifyError(error: FastifyError, request: FastifyRequest): ErrorResponse | undefined {
  const { code = "", statusCode = 500, message } = error
  switch (code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return responseTo(
        requestErrors.unsupportedMediaType,
        `Unsupported media type "${request.headers["content-type"] ?? ""}" in request.`,
      )
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return responseTo(requestErrors.bodyTooLarge, "The body is too large.")
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return responseTo(requestErrors.parseError, `JSON parse error - ${message}`)
  }
  if (statusCode < 400 || statusCode > 499) return undefined
  const definition = code.startsWith("FST_") ? requestErrors.badRequest : definitionFor(statusCode)
  return responseTo({ ...definition, status: statusCode }, message)
}

/** The definition for an error that the host throws, e.g. in `access`. */
function definitionFor(status: number): ErrorDefinition {
  switch (status) {
    case 400:
      return requestErrors.invalid
    case 401:
      return requestErrors.notAuthenticated
    case 403:
      return requestErrors.permissionDenied
    case 404:
      return requestErrors.notFound
    case 409:
      return requestErrors.wrongState
    case 429:
      return requestErrors.throttled
    default:
      return requestErrors.badRequest
  }
}

function unexpectedError(error: unknown): ErrorResponse {
  if (!isDatabaseDown(error)) return responseTo(requestErrors.internal, "A server error occurred.")
  const { definition } = errors.databaseDown
  return {
    ...responseTo(definition, "The database cannot be reached. Try again later."),
    headers: { "Retry-After": "5" },
  }
}

function responseTo({ status, code }: ErrorDefinition, detail: string): ErrorResponse {
  return { status, code, body: { detail } }
}
