import type { FastifyInstance } from "fastify"
import { type Addresses, addressesOf, respondToUnrouted } from "./addresses.ts"
import { readBodies } from "./bodies.ts"
import type { RouteContext } from "./context.ts"
import type { Throttle } from "./limits.ts"
import { checkAccept, sendPlainJson } from "./negotiation.ts"
import { cancel, retry, rollback, verify } from "./operations/actions.ts"
import { create, preview } from "./operations/create.ts"
import { describeEndpoint } from "./operations/describe.ts"
import { destroy, progress, retrieve, run, update } from "./operations/detail.ts"
import { eventStreams } from "./operations/events.ts"
import type { WithUuid } from "./operations/find.ts"
import { list } from "./operations/list.ts"
import { objects } from "./operations/objects.ts"
import { report } from "./operations/report.ts"
import { hidden, operations } from "./schemas/operations.ts"

/** Registers all routes of the API. */
export function registerRoutes(scope: FastifyInstance, context: RouteContext, throttle: Throttle): void {
  const addresses = addressesOf(scope)
  prepareRequests(scope, context, { throttle, addresses })
  registerRecords(scope, context)
  registerDetails(scope, context)
  registerActions(scope, context)
  registerEvents(scope, context)
  for (const url of addresses.urls()) {
    scope.options(url, { prefixTrailingSlash: "slash", schema: hidden }, (request) =>
      describeEndpoint(context, request),
    )
  }
  // A server has one handler without a prefix: the host's.
  if (scope.prefix === "" || scope.prefix === "/") return
  scope.setNotFoundHandler(async (request, reply) => respondToUnrouted(addresses, request, reply))
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

interface Before {
  readonly throttle: Throttle
  readonly addresses: Addresses
}

/** Runs before each route: authentication, throttling, requests that fit no route, and content negotiation. */
function prepareRequests(scope: FastifyInstance, { access }: RouteContext, before: Before): void {
  const { throttle, addresses } = before
  readBodies(scope)
  sendPlainJson(scope)
  scope.decorateRequest("replicationUser", null)
  scope.addHook("onRequest", async (request, reply) => {
    const allowed = addresses.methodsAt(request)
    if (allowed.length > 0) reply.header("Allow", allowed.join(", "))
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
    // Refused or redirected here, before their bodies are read.
    if (request.is404 || !allowed.includes(request.method))
      return respondToUnrouted(addresses, request, reply)
    checkAccept(request)
  })
}
