import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { apiErrors } from "../src/api-error.ts"
import type { RouteContext } from "./context.ts"
import type { Throttle } from "./limits.ts"
import { acceptForms, allowedMethods, checkAccept, describeEndpoint } from "./negotiation.ts"
import { cancel, retry, rollback, verify } from "./operations/actions.ts"
import { create, preview } from "./operations/create.ts"
import { destroy, progress, retrieve, run, update } from "./operations/detail.ts"
import { eventStreams } from "./operations/events.ts"
import type { WithUuid } from "./operations/find.ts"
import { list } from "./operations/list.ts"
import { objects } from "./operations/objects.ts"
import { report } from "./operations/report.ts"
import { hidden, operations } from "./schemas/operations.ts"

/** Registers all routes of the API. */
export function registerRoutes(scope: FastifyInstance, context: RouteContext, throttle: Throttle): void {
  prepareRequests(scope, context, throttle)
  registerRecords(scope, context)
  registerDetails(scope, context)
  registerActions(scope, context)
  registerEvents(scope, context)
  registerFallbackRoutes(scope)
}

/** Routes that create, list, show, change and delete migrations. */
function registerRecords(scope: FastifyInstance, context: RouteContext): void {
  const prefixTrailingSlash = "slash"
  scope.get("/", { prefixTrailingSlash, schema: operations.list }, (request, reply) =>
    list(context, request, reply),
  )
  scope.post("/", { prefixTrailingSlash, schema: operations.create }, (request, reply) =>
    create(context, request, reply),
  )
  scope.post("/preview/", { schema: operations.preview }, (request) => preview(context, request))
  scope.get("/:uuid/", { schema: operations.retrieve }, (request: WithUuid) => retrieve(context, request))
  scope.put("/:uuid/", { schema: operations.update }, (request: WithUuid) => update(context, request))
  scope.patch("/:uuid/", { schema: operations.partialUpdate }, (request: WithUuid) =>
    update(context, request),
  )
  scope.delete("/:uuid/", { schema: operations.destroy }, (request: WithUuid, reply) =>
    destroy(context, request, reply),
  )
}

/** Routes that show the progress, the objects and the report of a migration. */
function registerDetails(scope: FastifyInstance, context: RouteContext): void {
  scope.get("/:uuid/progress/", { schema: operations.progress }, (request: WithUuid) =>
    progress(context, request),
  )
  scope.get("/:uuid/objects/", { schema: operations.objects }, (request: WithUuid, reply) =>
    objects(context, request, reply),
  )
  scope.get(
    "/:uuid/report/",
    { schema: operations.report, config: { negotiated: true } },
    (request: WithUuid, reply) => report(context, request, reply),
  )
}

function registerActions(scope: FastifyInstance, context: RouteContext): void {
  const actions = { retry, cancel, verify, rollback } as const
  for (const name of ["retry", "cancel", "verify", "rollback"] as const) {
    scope.post(`/:uuid/${name}/`, { schema: operations[name] }, (request: WithUuid, reply) =>
      actions[name](context, request, reply),
    )
  }
  if (!context.runEndpoint) return
  scope.post("/:uuid/run/", { schema: operations.run }, (request: WithUuid, reply) =>
    run(context, request, reply),
  )
}

/** The event stream. It ends when the server is closed, which would otherwise wait for the clients. */
function registerEvents(scope: FastifyInstance, context: RouteContext): void {
  const closing = new AbortController()
  scope.addHook("preClose", async () => closing.abort())
  const follow = eventStreams(closing.signal)
  scope.get(
    "/:uuid/events/",
    { schema: operations.events, exposeHeadRoute: false },
    (request: WithUuid, reply) => follow(context, request, reply),
  )
}

/** Runs before each route: authentication, throttling and content negotiation. */
function prepareRequests(scope: FastifyInstance, { access }: RouteContext, throttle: Throttle): void {
  acceptForms(scope)
  scope.decorateRequest("replicationUser", null)
  scope.addHook("onRequest", async (request, reply) => {
    reply.header("Allow", allowedMethods(request))
    const impersonated = request.headers["x-impersonated-user-uuid"]
    const credentials = {
      authorization: request.headers.authorization,
      impersonated: Array.isArray(impersonated) ? impersonated[0] : impersonated,
    }
    try {
      request.replicationUser = await access.authenticate(credentials)
    } finally {
      await throttle(request, reply)
    }
    checkAccept(request)
  })
}

/** Routes that are no operations: 405 for other methods, OPTIONS, and redirects to the trailing slash. */
function registerFallbackRoutes(scope: FastifyInstance): void {
  const refuse = (request: FastifyRequest) => Promise.reject(apiErrors.method(request.method))
  scope.route({
    url: "/",
    method: ["PUT", "PATCH", "DELETE"],
    handler: refuse,
    schema: hidden,
    prefixTrailingSlash: "slash",
  })
  scope.route({ url: "/:uuid/", method: ["POST"], handler: refuse, schema: hidden })
  for (const url of ["/", "/:uuid/"]) {
    scope.options(url, { prefixTrailingSlash: "slash", schema: hidden }, async (request) =>
      describeEndpoint(request),
    )
  }
  const redirect = (request: FastifyRequest, reply: FastifyReply) => {
    const [path = "", query] = request.url.split("?")
    // 308 keeps method and body; clients turn a 301 into a GET.
    const status = request.method === "GET" || request.method === "HEAD" ? 301 : 308
    return reply.redirect(`${path}/${query === undefined ? "" : `?${query}`}`, status)
  }
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
  scope.route({
    url: "/",
    method: methods,
    handler: redirect,
    schema: hidden,
    prefixTrailingSlash: "no-slash",
  })
  scope.route({ url: "/:uuid", method: methods, handler: redirect, schema: hidden })
}
