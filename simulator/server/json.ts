import type { FastifyInstance } from "fastify"
import { Refusal } from "../refusals.ts"

/** Accepts an empty body with the type JSON, as the services do: clients send such requests. */
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
