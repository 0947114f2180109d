import type { FastifyInstance, FastifyRequest } from "fastify"
import { Refusal } from "../refusals.ts"

/** Responds to refusals in the form of the service. Any other error is a fault of the simulator. */
export function handleRefusals(
  app: FastifyInstance,
  body: (refusal: Refusal) => object,
  admit: (request: FastifyRequest) => unknown = () => undefined,
): void {
  app.setErrorHandler(async (error, _request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send(body(error))
    const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return reply.code(status).send(body(new Refusal(status, "SimulatorFault", message)))
  })
  // The token is checked before the path.
  app.setNotFoundHandler(async (request, reply) => {
    admit(request)
    return reply.code(404).send(body(new Refusal(404, "HTTPNotFound", "The resource could not be found.")))
  })
}
