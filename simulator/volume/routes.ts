import type { FastifyInstance, FastifyRequest } from "fastify"
import { serviceCaller } from "../identity/tokens.ts"
import { namedBody, Refusal } from "../refusals.ts"
import { handleRefusals } from "../server/refusal-handler.ts"
import { type CloudState, tokenOf } from "../state.ts"
import { firstValue, record } from "../values.ts"
import type { VolumeContext } from "./context.ts"
import { volumeForbidden } from "./refusals.ts"
import { defaultQuotas, quotasOf, type Volume } from "./state.ts"
import { typeRoutes } from "./types.ts"

interface Quota {
  Params: { project: string; id: string }
}

const bad = (message: string): Refusal => new Refusal(400, "badRequest", message)

function readLimits(volume: Volume, body: unknown): Record<string, number> {
  const given = record(body).quota_set
  if (given === undefined) throw bad("'quota_set' is a required property")
  const limits = record(given)
  if (Object.keys(limits).length === 0)
    throw bad("Invalid input for field/attribute quota_set. Value: {}. {} does not have enough properties")
  const known = defaultQuotas(volume)
  const unknown = Object.keys(limits).filter((name) => !(name in known))
  if (unknown.length > 0) throw bad(`Invalid input received: Bad key(s) in quota set: ${unknown.join(",")}`)
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => {
      if (!/^-?\d+$/.test(String(value))) throw bad(`${name} must be an integer`)
      const limit = Number(value)
      if (limit < -1) throw bad(`${name} must be >= -1`)
      return [name, limit]
    }),
  )
}

export async function volumeRoutes(app: FastifyInstance, { state }: { state: CloudState }): Promise<void> {
  handleRefusals(app, namedBody, (request) => serviceCaller(state.identity, tokenOf(request)))
  const context: VolumeContext = {
    state,
    caller: (request) => {
      const found = serviceCaller(state.identity, tokenOf(request))
      if (record(request.params).project !== found.projectId) throw bad("Malformed request url")
      return found
    },
  }
  quotaRoutes(app, context)
  limitRoute(app, context)
  emptyLists(app, context)
  typeRoutes(app, context)
}

function quotaRoutes(app: FastifyInstance, context: VolumeContext): void {
  const { volume } = context.state
  const admin = (request: FastifyRequest, action: string): void => {
    if (!context.caller(request).isAdmin) throw volumeForbidden(`quotas:${action}`)
  }

  app.get<Quota>("/:project/os-quota-sets/:id", async (request) => {
    const requester = context.caller(request)
    const { id } = request.params
    if (!requester.isAdmin && requester.projectId !== id) throw volumeForbidden("quotas:show")
    const limits = quotasOf(volume, id)
    const usage = firstValue(record(request.query).usage)?.toLowerCase() === "true"
    const shown = Object.entries(limits).map(([name, limit]) => [
      name,
      usage ? { limit, in_use: 0, reserved: 0 } : limit,
    ])
    return { quota_set: { ...Object.fromEntries(shown), id } }
  })
  app.get<Quota>("/:project/os-quota-sets/:id/defaults", async (request) => {
    context.caller(request)
    return { quota_set: { ...defaultQuotas(volume), id: request.params.id } }
  })
  app.put<Quota>("/:project/os-quota-sets/:id", async (request) => {
    admin(request, "update")
    const { id } = request.params
    volume.quotas.set(id, { ...volume.quotas.get(id), ...readLimits(volume, request.body) })
    return { quota_set: quotasOf(volume, id) }
  })
  app.delete<Quota>("/:project/os-quota-sets/:id", async (request, reply) => {
    admin(request, "delete")
    volume.quotas.delete(request.params.id)
    return reply.code(200).send()
  })
}

function limitRoute(app: FastifyInstance, context: VolumeContext): void {
  const { volume } = context.state
  app.get("/:project/limits", async (request) => {
    const limits = quotasOf(volume, context.caller(request).projectId)
    const absolute = {
      maxTotalVolumes: limits.volumes,
      maxTotalSnapshots: limits.snapshots,
      maxTotalVolumeGigabytes: limits.gigabytes,
      maxTotalBackups: limits.backups,
      maxTotalBackupGigabytes: limits.backup_gigabytes,
      totalVolumesUsed: 0,
      totalGigabytesUsed: 0,
      totalSnapshotsUsed: 0,
      totalBackupsUsed: 0,
      totalBackupGigabytesUsed: 0,
    }
    return { limits: { rate: [], absolute } }
  })
}

/** Zones, and lists of what the simulator does not have. */
function emptyLists(app: FastifyInstance, context: VolumeContext): void {
  for (const [path, name] of [
    ["volumes", "volumes"],
    ["volumes/detail", "volumes"],
    ["snapshots", "snapshots"],
    ["snapshots/detail", "snapshots"],
  ] as const)
    app.get(`/:project/${path}`, async (request) => {
      context.caller(request)
      return { [name]: [] }
    })
  app.get("/:project/os-availability-zone", async (request) => {
    context.caller(request)
    return {
      availabilityZoneInfo: context.state.zones.map((zoneName) => ({
        zoneName,
        zoneState: { available: true },
      })),
    }
  })
  app.get<Quota>("/:project/volumes/:id", async (request) => {
    context.caller(request)
    throw new Refusal(404, "itemNotFound", `Volume ${request.params.id} could not be found.`)
  })
}
