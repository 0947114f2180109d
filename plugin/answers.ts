import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { ApiError } from "../src/api-error.ts"
import { ReplicationError } from "../src/errors.ts"
import { describeError } from "../src/executors/worker/log.ts"
import { isDatabaseDown } from "../src/models/database-down.ts"

interface FastifyFault {
  readonly code?: string
  readonly statusCode?: number
  readonly message: string
}

/**
 * Turns what a route throws into an answer in Waldur's shapes. A fault of ours is logged, and told without details:
 * messages of a database hold values of rows.
 */
export function installErrorAnswers(scope: FastifyInstance): void {
  scope.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof ApiError) {
      if (error.status === 401) reply.header("WWW-Authenticate", "Token")
      return reply.code(error.status).send(error.body)
    }
    if (error instanceof ReplicationError && error.status === 409) {
      return reply.code(409).send({ detail: error.message })
    }
    if (error instanceof ReplicationError && error.status < 500) {
      return reply.code(error.status).send({ non_field_errors: [error.message] })
    }
    const fault = error as FastifyFault
    const known = bodyFault(fault, request)
    if (known !== undefined) return reply.code(known.status).send({ detail: known.detail })
    request.log.error({ error: describeError(error) }, "a request failed")
    if (isDatabaseDown(fault)) {
      return reply
        .code(503)
        .header("Retry-After", "5")
        .send({ detail: "The database cannot be reached. Try again later." })
    }
    return reply.code(500).send({ detail: "A server error occurred." })
  })
}

/** Bodies that Fastify refuses before a route sees them, in Django REST framework's words. */
function bodyFault(
  fault: FastifyFault,
  request: FastifyRequest,
): { status: number; detail: string } | undefined {
  switch (fault.code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return {
        status: 415,
        detail: `Unsupported media type "${request.headers["content-type"] ?? ""}" in request.`,
      }
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { status: 413, detail: "The body is too large." }
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return { status: 400, detail: `JSON parse error - ${fault.message}` }
    default:
      if (fault.statusCode !== undefined && fault.statusCode >= 400 && fault.statusCode < 500) {
        return { status: fault.statusCode, detail: fault.message }
      }
      return undefined
  }
}
