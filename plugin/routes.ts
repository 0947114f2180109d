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

/** Registers every route of the API. They are thin: read, call, serialize. */
export function registerRoutes(scope: FastifyInstance, context: RouteContext, throttle: Throttle): void {
  prepareRequests(scope, context, throttle)

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
  scope.post("/:uuid/retry/", { schema: operations.retry }, (request: WithUuid, reply) =>
    retry(context, request, reply),
  )
  scope.post("/:uuid/cancel/", { schema: operations.cancel }, (request: WithUuid, reply) =>
    cancel(context, request, reply),
  )
  scope.post("/:uuid/verify/", { schema: operations.verify }, (request: WithUuid, reply) =>
    verify(context, request, reply),
  )
  scope.post("/:uuid/rollback/", { schema: operations.rollback }, (request: WithUuid, reply) =>
    rollback(context, request, reply),
  )
  registerEvents(scope, context)
  if (context.runEndpoint) {
    scope.post("/:uuid/run/", { schema: operations.run }, (request: WithUuid, reply) =>
      run(context, request, reply),
    )
  }
  registerFallbackRoutes(scope)
}

/** The stream of events: it ends when the server is closed, which else would wait for its readers. */
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

/** Before each route: what can be answered, and who asks. */
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

/** Methods that an address does not have, OPTIONS, and addresses without their last slash. */
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
    // 308 keeps method and body, which 301 loses for everything but GET.
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
