import type { FastifyReply } from "fastify"
import { errors } from "../../src/errors.ts"
import { composeReport } from "../../src/report/compose.ts"
import { htmlReport, reportPolicy } from "../../src/report/html.ts"
import { markdownReport } from "../../src/report/markdown.ts"
import { readReport } from "../../src/report/read.ts"
import type { RouteContext } from "../context.ts"
import { formatOf } from "../negotiation.ts"
import { findMigration, type WithUuid } from "./find.ts"

/** Handles GET of report: everything that is known about a migration, as JSON, Markdown or HTML. @throws OTHER_SERVER */
export async function report(context: RouteContext, request: WithUuid, reply: FastifyReply) {
  const format = formatOf(request)
  const { db, handlers } = context.ctx
  const found = await readReport(db, await findMigration(context, request), handlers.isOn)
  if (found === undefined) throw errors.otherServer()
  reply.header("Vary", "Accept")
  if (format === "json") return found
  const document = composeReport(found)
  if (format === "markdown") {
    return reply.type("text/markdown; charset=utf-8").send(markdownReport(document))
  }
  return reply
    .type("text/html; charset=utf-8")
    .header("Content-Security-Policy", reportPolicy)
    .header("X-Content-Type-Options", "nosniff")
    .send(htmlReport(document))
}
