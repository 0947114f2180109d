import type { FastifyInstance, FastifyRequest } from "fastify"
import { type Caller, serviceCaller } from "../identity/tokens.ts"
import { networkBody } from "../refusals.ts"
import { handleRefusals } from "../server/refusal-handler.ts"
import { type CloudState, tokenOf } from "../state.ts"
import { record } from "../values.ts"
import { addressGroupResource } from "./address-groups.ts"
import type { NetworkContext } from "./context.ts"
import { create, find, findOwn, remove, update, visible } from "./controller.ts"
import { extensionsWithout, isUnserved } from "./extensions.ts"
import { defaultGroup, groupResource } from "./groups.ts"
import { addInterface, removeInterface } from "./interfaces.ts"
import { checkFilters, chosen, filtered, page, pageLinks, sorted } from "./list.ts"
import { networkResource } from "./networks.ts"
import { portResource } from "./ports.ts"
import { qosPolicyResource } from "./qos-policies.ts"
import { qosRuleRoutes } from "./qos-rules.ts"
import { quotaRoutes } from "./quota-routes.ts"
import { rbacResource } from "./rbac.ts"
import { noPath } from "./refusals.ts"
import type { Resource } from "./resource.ts"
import { routerResource } from "./routers.ts"
import { ruleResource } from "./rules.ts"
import type { NetworkState } from "./state.ts"
import { subnetResource } from "./subnets.ts"
import { tagRoutes } from "./tags.ts"
import { trunkResource } from "./trunks.ts"
import { availabilityZones } from "./zones.ts"

interface One {
  Params: { id: string }
}

export async function networkRoutes(app: FastifyInstance, { state }: { state: CloudState }): Promise<void> {
  const context: NetworkContext = {
    state,
    caller: (request) => serviceCaller(state.identity, tokenOf(request)),
  }
  handleRefusals(app, networkBody, context.caller)
  app.addHook("preHandler", async (request) => {
    if (!isUnserved(request.url, state.missing.extensions)) return
    context.caller(request)
    throw noPath()
  })
  versionRoutes(app, context)
  extensionRoutes(app, context)
  const resources = allResources(state.network)
  for (const resource of resources) collection(app, context, resource)
  for (const resource of resources) if (resource.tagged) tagRoutes(app, context, resource)
  qosRuleRoutes(app, context)
  quotaRoutes(app, context)
  otherLists(app, context)
  interfaceRoutes(app, context)
}

function versionRoutes(app: FastifyInstance, { state, caller }: NetworkContext): void {
  const base = () => `${state.base}/network`
  app.get("/", async () => ({
    versions: [{ id: "v2.0", status: "CURRENT", links: [{ rel: "self", href: `${base()}/v2.0/` }] }],
  }))
  app.get("/v2.0/", async (request) => {
    caller(request)
    return { resources: [] }
  })
}

function extensionRoutes(app: FastifyInstance, { state, caller }: NetworkContext): void {
  const extensions = () => extensionsWithout(state.missing.extensions)
  app.get("/v2.0/extensions", async (request) => {
    caller(request)
    return { extensions: extensions() }
  })
  app.get<{ Params: { alias: string } }>("/v2.0/extensions/:alias", async (request) => {
    caller(request)
    const extension = extensions().find(({ alias }) => alias === request.params.alias)
    if (!extension) throw noPath()
    return { extension }
  })
}

function allResources(network: NetworkState): readonly Resource[] {
  return [
    networkResource(network),
    subnetResource(network),
    portResource(network),
    routerResource(network),
    groupResource(network),
    ruleResource(network),
    addressGroupResource(network),
    qosPolicyResource(network),
    trunkResource(network),
    rbacResource(network),
  ]
}

/** Availability zones, and lists of what the simulator does not have. */
function otherLists(app: FastifyInstance, { caller }: NetworkContext): void {
  app.get("/v2.0/availability_zones", async (request) => {
    caller(request)
    return { availability_zones: availabilityZones }
  })
  const otherLists = [
    ["floatingips", "floatingips"],
    ["subnetpools", "subnetpools"],
    ["address-scopes", "address_scopes"],
  ] as const
  for (const [path, name] of otherLists)
    app.get(`/v2.0/${path}`, async (request) => {
      caller(request)
      return { [name]: [] }
    })
}

function interfaceRoutes(app: FastifyInstance, context: NetworkContext): void {
  const { state } = context
  const { network } = state
  const router = (request: FastifyRequest<One>, caller: Caller) => {
    const resource = routerResource(network)
    findOwn(resource, caller, request.params.id, "update")
    const row = network.routers.get(request.params.id)
    if (!row) throw resource.notFound(request.params.id)
    return row
  }
  app.put<One>("/v2.0/routers/:id/add_router_interface", async (request) => {
    const caller = context.caller(request)
    const row = router(request, caller)
    return state.ledger.atomically(() => addInterface(network, caller, row, record(request.body)))
  })
  app.put<One>("/v2.0/routers/:id/remove_router_interface", async (request) => {
    const row = router(request, context.caller(request))
    return state.ledger.atomically(() => removeInterface(network, row, record(request.body)))
  })
}

function collection(app: FastifyInstance, { state, caller }: NetworkContext, resource: Resource): void {
  const { network } = state
  const path = `/v2.0/${resource.path}`
  const filters = new Set([
    ...resource.filters,
    "id",
    "description",
    "revision_number",
    "project_id",
    "tenant_id",
  ])
  const sortKeys = new Set([...filters, "created_at", "updated_at"])
  /** Listing the groups of a project creates its default group. */
  const createDefaultGroup = (
    requester: Caller,
    { project_id, tenant_id }: Readonly<Record<string, unknown>>,
  ): void => {
    if (resource.quota !== "security_group") return
    const [wanted] = [project_id ?? tenant_id ?? requester.projectId].flat()
    state.ledger.atomically(() => defaultGroup(network, String(wanted)))
  }

  app.get(path, async (request) => {
    const requester = caller(request)
    const query = record(request.query)
    createDefaultGroup(requester, query)
    checkFilters(query, filters)
    const shown = visible(resource, requester).map((row) => resource.show(requester, row))
    const found = page(
      sorted(filtered(shown, query), query, sortKeys),
      query,
      network.pageLimit,
      resource.notFound,
    )
    const links = pageLinks(state.base + request.url, found)
    return {
      [resource.collection]: chosen(found.rows, query),
      ...(links && { [`${resource.collection}_links`]: links }),
    }
  })
  changeRoutes(app, { state, caller }, resource)
}

function changeRoutes(app: FastifyInstance, { state, caller }: NetworkContext, resource: Resource): void {
  const { network } = state
  const path = `/v2.0/${resource.path}`
  app.post(path, async (request, reply) => {
    const requester = caller(request)
    return reply.code(201).send(create(network, resource, requester, request.body))
  })
  app.get<One>(`${path}/:id`, async (request) => {
    const requester = caller(request)
    const shown = resource.show(requester, find(resource, requester, request.params.id))
    return { [resource.member]: chosen([shown], record(request.query))[0] }
  })
  app.put<One>(`${path}/:id`, async (request) =>
    update(network, resource, caller(request), request.params.id, request.body),
  )
  app.delete<One>(`${path}/:id`, async (request, reply) => {
    remove(network, resource, caller(request), request.params.id)
    return reply.code(204).send()
  })
}
