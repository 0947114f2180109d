import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { record } from "../values.ts"
import { integer } from "./checks.ts"
import type { NetworkContext } from "./context.ts"
import { isQuotaName, type QuotaName, quotaNames } from "./quotas.ts"
import { badAttribute, badRequest, disallowed } from "./refusals.ts"
import type { NetworkState } from "./state.ts"
import { limitOf, usedBy } from "./usage.ts"

interface Project {
  Params: { project: string }
}

const largest = 2147483647

type Limits = Readonly<Partial<Record<QuotaName, number>>>

function readLimits(body: unknown): Limits {
  const given = record(record(body).quota)
  const unknown = Object.keys(given).filter((name) => !isQuotaName(name) && name !== "check_limit")
  if (unknown.length > 0) throw badRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`)
  return Object.fromEntries(
    quotaNames
      .filter((name) => name in given)
      .map((name) => {
        const limit = integer(name, given[name])
        if (limit < -1) throw badAttribute(name, `'${limit}' is too small - must be at least '-1'`)
        if (limit > largest)
          throw badAttribute(name, `'${limit}' is too large - must be no larger than '${largest}'`)
        return [name, limit]
      }),
  )
}

export function quotaRoutes(app: FastifyInstance, context: NetworkContext): void {
  readRoutes(app, context)
  detailRoutes(app, context)
  writeRoutes(app, context)
}

const limitsOf = (network: NetworkState, projectId: string): object =>
  Object.fromEntries(quotaNames.map((name) => [name, limitOf(network, projectId, name)]))

function checkAdmin(requester: Caller, action: string): void {
  if (!requester.isAdmin) throw disallowed(`rule:${action}_quota`)
}

function readRoutes(app: FastifyInstance, { state: { network }, caller }: NetworkContext): void {
  const limits = (projectId: string) => limitsOf(network, projectId)
  const own = (request: FastifyRequest<Project>): string => {
    const requester = caller(request)
    const { project } = request.params
    if (!requester.isAdmin && requester.projectId !== project) throw disallowed("rule:get_quota")
    return project
  }

  app.get("/v2.0/quotas", async (request) => {
    checkAdmin(caller(request), "get")
    return {
      quotas: [...network.quotas.keys()].map((id) => ({ ...limits(id), project_id: id, tenant_id: id })),
    }
  })
  app.get<Project>("/v2.0/quotas/:project", async (request) => {
    const { project } = request.params
    if (project === "tenant" || project === "project") {
      const { projectId } = caller(request)
      return { [project]: { [`${project}_id`]: projectId } }
    }
    return { quota: limits(own(request)) }
  })
  app.get<Project>("/v2.0/quotas/:project/default", async (request) => {
    own(request)
    return { quota: network.defaultQuotas }
  })
}

function detailRoutes(app: FastifyInstance, { state: { network }, caller }: NetworkContext): void {
  for (const path of ["details", "details.json"])
    app.get<Project>(`/v2.0/quotas/:project/${path}`, async (request) => {
      const { project } = request.params
      const requester = caller(request)
      if (!requester.isAdmin && requester.projectId !== project)
        throw new Refusal(
          403,
          "AdminRequired",
          "User does not have admin privileges: Only admin is authorized to access quotas for another project.",
        )
      const details = quotaNames.map((name) => [
        name,
        { limit: limitOf(network, project, name), used: usedBy(network, project, name), reserved: 0 },
      ])
      return { quota: Object.fromEntries(details) }
    })
}

function writeRoutes(app: FastifyInstance, { state: { network }, caller }: NetworkContext): void {
  app.put<Project>("/v2.0/quotas/:project", async (request) => {
    const requester = caller(request)
    const { project } = request.params
    const given = readLimits(request.body)
    checkAdmin(requester, "update")
    if (record(record(request.body).quota).check_limit === true) checkUsed(network, project, given)
    network.quotas.set(project, { ...network.quotas.get(project), ...given })
    return { quota: limitsOf(network, project) }
  })
  app.delete<Project>("/v2.0/quotas/:project", async (request, reply) => {
    checkAdmin(caller(request), "delete")
    const { project } = request.params
    if (!network.quotas.delete(project))
      throw new Refusal(404, "TenantQuotaNotFound", `Quota for tenant ${project} could not be found.`)
    return reply.code(204).send()
  })
}

function checkUsed(network: NetworkState, project: string, given: Limits): void {
  for (const name of quotaNames) {
    const [limit, used] = [given[name] ?? -1, usedBy(network, project, name)]
    if (limit >= 0 && limit < used)
      throw badRequest(
        `Quota limit ${limit} for ${name} must be greater than or equal to already used ${used}`,
      )
  }
}
