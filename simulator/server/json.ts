import type { FastifyInstance } from "fastify"
import { Refusal } from "../refusals.ts"

/** Clients name JSON as the type of a body that they do not send, which the services take. */
export function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? undefined : JSON.parse(String(body)))
    } catch {
      done(new Refusal(400, "HTTPBadRequest", "Malformed request body"))
    }
  })
}
