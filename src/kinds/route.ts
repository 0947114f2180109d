import { sql } from "kysely"
import { textJson } from "../models/rows.ts"
import { getResource, updateResource } from "../openstack/index.ts"
import {
  type KindPlan,
  type Omission,
  type PlanContext,
  type Planned,
  type Ref,
  ref,
} from "../planning/plan.ts"
import type { StaticRoute } from "../planning/source.ts"
import { planRoutes } from "../planning/static-routes.ts"
import type { CloudContext } from "./cloud-context.ts"
import { interfaceKey } from "./interface.ts"
import { type Desired, defineKind } from "./kind.ts"

interface Body extends StaticRoute {
  readonly router_id: Ref
  /** The interface through which the router reaches the next hop. Without it Neutron refuses the route. */
  readonly interface: Ref
}

interface Actual extends StaticRoute {
  readonly routerId: string
}

/** Static routes. They are created after the interfaces: Neutron refuses a next hop that no interface reaches. */
export const route = defineKind<Body, Actual>({
  name: "route",
  after: ["interface", "gateway"],

  plan: {
    build: plan,
  },

  rows: {
    async recordBackendIds(trx, done) {
      for (const [routerId, routes] of Map.groupBy(done, ({ actual }) => actual.routerId)) {
        const router = await trx
          .selectFrom("openstack_router")
          .select(["id", "routes"])
          .where("backend_id", "=", routerId)
          .forUpdate()
          .executeTakeFirst()
        if (router === undefined) continue
        const all: readonly StaticRoute[] = [
          ...JSON.parse(router.routes),
          ...routes.map(({ actual }) => toRoute(actual)),
        ]
        const distinct = [...new Map(all.map((one) => [routeName(one), one])).values()]
        await trx
          .updateTable("openstack_router")
          .set({ routes: textJson(distinct), modified: sql`now()` })
          .where("id", "=", router.id)
          .execute()
      }
    },
  },

  api: {
    async list(context) {
      const routers = await context.collection("routers")
      return routers.flatMap(({ id, routes }) => routes.map((route) => ({ routerId: id, ...route })))
    },
    id: (actual) => `${actual.routerId}/${actual.destination}/${actual.nexthop}`,
    // A PUT replaces all routes of a router: of two at the same time, each would delete what the other has set.
    batch: { maxSize: 1_000, whole: true, groupBy: (desired) => desired.router_id },
    create: addRoutes,
  },

  verify: {
    isMatch: (desired, actual) =>
      desired.router_id === actual.routerId &&
      desired.destination === actual.destination &&
      desired.nexthop === actual.nexthop,
    compare: () => [],
    unmanagedName: ({ routerId, destination, nexthop }, created) =>
      created.has(routerId) ? `${destination} via ${nexthop} on ${created.get(routerId)}` : undefined,
  },

  removal: {
    delete: (context, actual) => removeRoutes(context, [actual]),
    deleteMany: removeRoutes,
  },
})

function plan(context: PlanContext): KindPlan<Body> {
  const objects: Planned<Body>[] = []
  const omitted: Omission[] = []
  for (const router of context.source.routers) {
    const { kept, omitted: notKept } = planRoutes(router, context)
    // Keys are made from the source's values: a mapping must not change them.
    const keyOf = ({ destination, nexthop }: StaticRoute) => `${router.key}-${destination}-${nexthop}`
    const routeName = ({ destination, nexthop }: StaticRoute) =>
      `${destination} via ${nexthop} on ${router.name}`
    for (const { via, before, ...one } of kept) {
      objects.push({
        key: keyOf(before),
        name: routeName(one),
        sourceId: router.backendId,
        body: {
          router_id: ref("router", router.key),
          interface: ref("interface", interfaceKey(router.key, via)),
          ...one,
        },
      })
    }
    for (const { reason, ...one } of notKept) {
      omitted.push({ kind: "route", key: keyOf(one), name: routeName(one), reason })
    }
  }
  return { objects, omitted }
}

/** Adds routes to a router. A PUT replaces all of its routes, so those that exist are read and sent again. */
async function addRoutes(
  { cloud, firstRequest = false }: CloudContext,
  desired: readonly Desired<Body>[],
): Promise<readonly Actual[]> {
  const [first] = desired
  if (first === undefined) return []
  const routerId = first.body.router_id
  const { routes } = firstRequest ? { routes: [] } : await getResource(cloud, "routers", routerId)
  const wanted = desired.map(({ body }) => toRoute(body))
  await updateResource(cloud, "routers", routerId, { routes: [...routes, ...wanted] })
  return wanted.map((one) => ({ routerId, ...one }))
}

/** Removes routes of routers: those that stay are read and sent again. */
async function removeRoutes({ cloud }: CloudContext, gone: readonly Actual[]): Promise<void> {
  for (const [routerId, routes] of Map.groupBy(gone, (one) => one.routerId)) {
    const names = new Set(routes.map(routeName))
    const router = await getResource(cloud, "routers", routerId)
    const left = router.routes.filter((one) => !names.has(routeName(one)))
    await updateResource(cloud, "routers", routerId, { routes: left })
  }
}

function routeName({ destination, nexthop }: StaticRoute): string {
  return `${destination} via ${nexthop}`
}

function toRoute({ destination, nexthop }: StaticRoute): StaticRoute {
  return { destination, nexthop }
}
