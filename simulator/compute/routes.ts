import type { FastifyInstance, FastifyRequest } from "fastify"
import { type Caller, serviceCaller } from "../identity/tokens.ts"
import { uuid } from "../ids.ts"
import { namedBody, Refusal } from "../refusals.ts"
import { handleRefusals } from "../server/refusal-handler.ts"
import { type CloudState, tokenOf } from "../state.ts"
import { quoted, record, unquoted } from "../values.ts"
import { defaultQuotas } from "./state.ts"

const flavors = [
  { name: "m1.tiny", vcpus: 1, ram: 512, disk: 1 },
  { name: "m1.small", vcpus: 1, ram: 2048, disk: 20 },
  { name: "m1.medium", vcpus: 2, ram: 4096, disk: 40 },
].map((flavor) => ({ ...flavor, id: uuid(), "os-flavor-access:is_public": true }))

interface Project {
  Params: { project: string }
}

const bad = (message: string): Refusal => new Refusal(400, "badRequest", message)

function readLimits(body: unknown): Record<string, number> {
  const given = record(body).quota_set
  if (given === undefined) throw bad("'quota_set' is a required property")
  const { force: _, ...limits } = record(given)
  const unknown = Object.keys(limits).filter((name) => !(name in defaultQuotas))
  if (unknown.length > 0)
    throw bad(
      `Invalid input for field/attribute quota_set. Value: ${quoted(given)}. Additional properties are not allowed (${unknown.map((name) => `'${name}'`).join(", ")} ${unknown.length > 1 ? "were" : "was"} unexpected)`,
    )
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => {
      const field = `Invalid input for field/attribute ${name}. Value: ${unquoted(value)}.`
      if (!/^-?\d+$/.test(String(value))) throw bad(`${field} ${quoted(value)} does not match '^-?[0-9]+$'`)
      const limit = Number(value)
      if (limit < -1) throw bad(`${field} ${limit} is less than the minimum of -1`)
      return [name, limit]
    }),
  )
}

interface ComputeContext {
  readonly state: CloudState
  readonly caller: (request: FastifyRequest) => Caller
  readonly limits: (projectId: string) => Record<string, number>
}

export async function computeRoutes(app: FastifyInstance, { state }: { state: CloudState }): Promise<void> {
  const { compute, identity } = state
  const context: ComputeContext = {
    state,
    caller: (request) => serviceCaller(identity, tokenOf(request)),
    limits: (projectId) => ({ ...defaultQuotas, ...compute.quotas.get(projectId) }),
  }
  handleRefusals(app, namedBody, context.caller)
  versionRoute(app, context)
  quotaRoutes(app, context)
  limitRoute(app, context)
  emptyLists(app, context)
}

function versionRoute(app: FastifyInstance, { state }: ComputeContext): void {
  app.get("/", async () => ({
    version: {
      id: "v2.1",
      status: "CURRENT",
      version: "2.93",
      min_version: "2.1",
      updated: "2013-07-23T11:33:21Z",
      links: [{ rel: "self", href: `${state.base}/compute/v2.1/` }],
    },
  }))
}

function quotaRoutes(app: FastifyInstance, context: ComputeContext): void {
  const {
    state: { compute },
    caller,
    limits,
  } = context
  const projectOf = (request: FastifyRequest<Project>, action: string) =>
    checkedProject(context, request, action)

  app.get<Project>("/os-quota-sets/:project", async (request) => {
    const id = projectOf(request, "show")
    return { quota_set: { id, ...limits(id) } }
  })
  app.get<Project>("/os-quota-sets/:project/detail", async (request) => {
    const id = projectOf(request, "detail")
    const details = Object.entries(limits(id)).map(([name, limit]) => [
      name,
      { limit, in_use: 0, reserved: 0 },
    ])
    return { quota_set: { id, ...Object.fromEntries(details) } }
  })
  app.get<Project>("/os-quota-sets/:project/defaults", async (request) => {
    caller(request)
    return { quota_set: { id: request.params.project, ...defaultQuotas } }
  })
  app.put<Project>("/os-quota-sets/:project", async (request) => {
    const requester = caller(request)
    const given = requester.isAdmin ? readLimits(request.body) : {}
    const id = projectOf(request, "update")
    compute.quotas.set(id, { ...compute.quotas.get(id), ...given })
    return { quota_set: limits(id) }
  })
  app.delete<Project>("/os-quota-sets/:project", async (request, reply) => {
    compute.quotas.delete(projectOf(request, "delete"))
    return reply.code(202).send()
  })
}

/** Nova checks in Keystone that the project exists. */
function checkedProject(
  { state: { identity }, caller }: ComputeContext,
  request: FastifyRequest<Project>,
  action: string,
): string {
  const requester = caller(request)
  const { project } = request.params
  const free = action === "show" || action === "detail"
  if (!requester.isAdmin && !(free && requester.projectId === project))
    throw new Refusal(
      403,
      "forbidden",
      `Policy doesn't allow os_compute_api:os-quota-sets:${action} to be performed.`,
    )
  if (!identity.projects.get(project)) throw bad(`Project ID ${project} is not a valid project.`)
  return project
}

function limitRoute(app: FastifyInstance, { caller, limits }: ComputeContext): void {
  app.get("/limits", async (request) => {
    const { cores, instances, ram } = limits(caller(request).projectId)
    const absolute = {
      maxTotalCores: cores,
      maxTotalInstances: instances,
      maxTotalRAMSize: ram,
      totalCoresUsed: 0,
      totalInstancesUsed: 0,
      totalRAMUsed: 0,
    }
    return { limits: { rate: [], absolute } }
  })
}

/** Flavors and zones, and lists of what the simulator does not have. */
function emptyLists(app: FastifyInstance, { state, caller }: ComputeContext): void {
  for (const path of ["/flavors", "/flavors/detail"])
    app.get(path, async (request) => {
      caller(request)
      return { flavors }
    })
  for (const path of ["/servers", "/servers/detail"])
    app.get(path, async (request) => {
      caller(request)
      return { servers: [] }
    })
  app.get("/os-availability-zone", async (request) => {
    caller(request)
    return {
      availabilityZoneInfo: state.zones.map((zoneName) => ({
        zoneName,
        zoneState: { available: true },
        hosts: null,
      })),
    }
  })
}
