import { type Router, updateResource } from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { type KindPlan, type Notes, type PlanContext, type Ref, ref } from "../planning/plan.ts"
import type { SourceRouter } from "../planning/source.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body extends LiveAttributes<"gateway"> {
  readonly router_id: Ref
  readonly network_id: string
}

/** External gateways of routers. A router has at most one, so the router identifies it. */
export const gateway = defineKind<Body, Router>({
  name: "gateway",
  after: ["router"],

  plan: {
    build: planGateways,
  },

  api: {
    list: async (context) => {
      const routers = await context.collection("routers")
      return routers.filter((router) => router.external_gateway_info !== null)
    },
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      Promise.all(
        desired.map(({ body: { router_id, ...external_gateway_info } }) =>
          updateResource(cloud, "routers", router_id, { external_gateway_info }),
        ),
      ),
  },

  verify: {
    isMatch: (desired, actual) => desired.router_id === actual.id,
    compare: ({ router_id: _, ...wanted }, actual) =>
      differences(wanted, { ...actual.external_gateway_info }),
    unmanagedName: ({ id }, created) => created.get(id),
  },

  removal: {
    delete: async ({ cloud }, actual) => {
      await updateResource(cloud, "routers", actual.id, { external_gateway_info: null })
    },
    deletedWithParent: true,
  },
})

function planGateways({ source, externalNetworkId }: PlanContext): KindPlan<Body> {
  const objects = []
  const omitted = []
  const anyKnown = source.routers.some((router) => router.hasGateway === true)
  for (const [index, { key, name, backendId, hasGateway, gateway: atSource }] of source.routers.entries()) {
    if (hasGateway === false) continue
    if (externalNetworkId === null) {
      const reason =
        "The destination has no external network configured, or the request skips the connection to it."
      omitted.push({ kind: "gateway" as const, key, name, reason })
    } else if (hasGateway === true || (!anyKnown && index === 0)) {
      const body = { router_id: ref("router", key), network_id: externalNetworkId, ...atSource?.live }
      objects.push({
        key,
        name,
        sourceId: backendId,
        body,
        ...(atSource && { notes: notesOf(atSource, externalNetworkId) }),
      })
    } else {
      const reason =
        "No external gateway is known for this router at the source; it was assigned to another router."
      omitted.push({ kind: "gateway" as const, key, name, reason })
    }
  }
  return { objects, omitted }
}

function notesOf(
  { networkId, addresses, more = [] }: NonNullable<SourceRouter["gateway"]>,
  externalNetworkId: string,
): Notes {
  return {
    mapped: networkId === externalNetworkId ? {} : { network_id: networkId },
    dropped: [
      {
        attribute: "external_fixed_ips",
        value: addresses,
        reason: "The destination assigns addresses of its external network.",
      },
      ...(more.length === 0
        ? []
        : [
            {
              attribute: "external_gateways",
              value: more.map(({ networkId: network_id, addresses: ip_addresses }) => ({
                network_id,
                ip_addresses,
              })),
              reason: "The copy of a router has one external gateway.",
            },
          ]),
    ],
  }
}
