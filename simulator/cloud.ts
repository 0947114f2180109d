import fastify, { type FastifyInstance } from "fastify"
import { computeRoutes } from "./compute/routes.ts"
import { identityRoutes } from "./identity/routes.ts"
import { addFirstProject } from "./identity/seed.ts"
import { imageRoutes } from "./image/routes.ts"
import { networkRoutes } from "./network/routes.ts"
import { addExternalNetwork } from "./network/seed.ts"
import type { CloudAdmin, SimulatedCloud, SimulatedCloudOptions } from "./options.ts"
import { readJson } from "./server/json.ts"
import { type Traffic, watchTraffic } from "./server/traffic.ts"
import { type CloudState, createState } from "./state.ts"
import { volumeRoutes } from "./volume/routes.ts"

export type {
  CloudAdmin,
  CloudCall,
  CloudStats,
  Fault,
  Missing,
  PlannedAnswer,
  RequestHook,
  SimulatedCloud,
  SimulatedCloudOptions,
} from "./options.ts"

const bodyLimit = 64 * 1024 * 1024

/** Starts a cloud on loopback: one port for all services, and a state in memory that ends with it. */
export async function startCloud(options: SimulatedCloudOptions): Promise<SimulatedCloud> {
  const state = createState(options)
  const admin = addFirstProject(state.identity, options.name)
  const externalNetworkIds = Array.from({ length: options.externalNetworks ?? 1 }, (_, index) =>
    addExternalNetwork(state.network, admin.projectId, index),
  )
  const app = fastify({
    bodyLimit,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  })
  readJson(app)
  const traffic = watchTraffic(app, options.latencyMs ?? 0, options.requestsPerSecond)
  await app.register(identityRoutes, { prefix: "/identity/v3", state })
  await app.register(networkRoutes, { prefix: "/network", state })
  await app.register(computeRoutes, { prefix: "/compute/v2.1", state })
  await app.register(imageRoutes, { prefix: "/image", state })
  await app.register(volumeRoutes, { prefix: "/volume/v3", state })
  state.base = await app.listen({ host: "127.0.0.1", port: options.port ?? 0 })

  return describe({ app, state, admin, externalNetworkIds, traffic })
}

interface RunningCloud {
  readonly app: FastifyInstance
  readonly state: CloudState
  readonly admin: CloudAdmin
  readonly externalNetworkIds: readonly string[]
  readonly traffic: Traffic
}

function describe({ app, state, admin, externalNetworkIds, traffic }: RunningCloud): SimulatedCloud {
  return {
    authUrl: `${state.base}/identity/v3`,
    region: state.region,
    admin,
    externalNetworkIds,
    volumeTypes: Object.fromEntries([...state.volume.types.values()].map(({ name, id }) => [name, id])),
    stats: traffic.stats,
    resetStats: traffic.reset,
    setLatency: (ms) => {
      traffic.latencyMs = ms
    },
    setRequestsPerSecond: traffic.limit,
    setMissing: (missing) => {
      state.missing = missing
    },
    get onRequest() {
      return traffic.hook
    },
    set onRequest(hook) {
      traffic.hook = hook
    },
    tokens: () => [...state.identity.tokens.keys()],
    revokeTokens: () => state.identity.tokens.clear(),
    close: () => app.close(),
  }
}
