import { formatCidr, parseCidr } from "../addresses.ts"
import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { type Given, optional } from "./attributes.ts"
import { boolean, routes, string, strings } from "./checks.ts"
import { checkGatewayPolicy, gatewayInfo, setGateway, showGateway } from "./gateway.ts"
import { interfacesOf } from "./interfaces.ts"
import { routesInOrder } from "./order.ts"
import { badRequest, inUse, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import { checkRoutes } from "./router-routes.ts"
import type { Router } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"
import { checkZones } from "./zones.ts"

const canonical = (text: string): string => {
  const cidr = parseCidr(text)
  return cidr ? formatCidr(cidr) : text
}

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  admin_state_up: optional(boolean, true),
  external_gateway_info: optional(gatewayInfo, null, { rule: "any" }),
  routes: optional(routes(canonical), [], { post: false }),
  availability_zone_hints: optional(strings, [], { put: false }),
  distributed: optional(boolean, false, { rule: "admin" }),
  ha: optional(boolean, false, { rule: "admin" }),
  flavor_id: optional((_name, value) => value, undefined, { put: false }),
}

type RouterGiven = Given<typeof attributes>

export function routerResource(state: NetworkState): Resource<Router> {
  return {
    member: "router",
    collection: "routers",
    path: "routers",
    quota: "router",
    tagged: true,
    bulk: () => badRequest("Bulk operation not supported"),
    filters: ["name", "admin_state_up"],
    attributes,
    readOnly: [...commonReadOnly, "status", "availability_zones"],
    rows: state.routers,
    notFound: notFound.router,
    shared: () => [],
    canSee: owns,
    canChange: owns,
    create: (caller, projectId, values) => createRouter(state, caller, projectId, values as RouterGiven),
    update: (caller, row, values) => updateRouter(state, caller, row, values as Partial<RouterGiven>),
    remove(caller, row) {
      const ports = interfacesOf(state, row.id)
      if (ports.length > 0)
        throw inUse.router(
          row.id,
          ports.map(({ id }) => id),
        )
      setGateway(state, caller, row.id, row.gateway, null)
      state.routers.remove(row)
    },
    show: (caller, row) => showRouter(state, caller, row),
  }
}

function createRouter(state: NetworkState, caller: Caller, projectId: string, given: RouterGiven): Router {
  checkGatewayPolicy(caller, "create", given.external_gateway_info)
  checkZones(given.availability_zone_hints)
  if (given.flavor_id !== undefined)
    throw new Refusal(404, "FlavorNotFound", `Flavor ${given.flavor_id ?? "None"} could not be found.`)
  const row = newRow(projectId, given.description, 1)
  const { name, admin_state_up, distributed, ha } = given
  const gateway = setGateway(state, caller, row.id, null, given.external_gateway_info)
  return state.routers.put({
    ...row,
    name,
    admin_state_up,
    distributed,
    ha,
    gateway,
    routes: [],
    zones: given.availability_zone_hints,
  })
}

function updateRouter(state: NetworkState, caller: Caller, row: Router, given: Partial<RouterGiven>): Router {
  const { name, description, admin_state_up, distributed, ha, external_gateway_info: wanted } = given
  if (wanted !== undefined) checkGatewayPolicy(caller, "update", wanted)
  const gateway = wanted === undefined ? row.gateway : setGateway(state, caller, row.id, row.gateway, wanted)
  if (given.routes !== undefined || wanted !== undefined)
    checkRoutes(state, row.id, given.routes ?? row.routes)
  return state.routers.put(
    touched(row, {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(admin_state_up !== undefined && { admin_state_up }),
      ...(distributed !== undefined && { distributed }),
      ...(ha !== undefined && { ha }),
      ...(given.routes !== undefined && { routes: routesInOrder(given.routes) }),
      gateway,
    }),
  )
}

const showRouter = (state: NetworkState, caller: Caller, row: Router): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  admin_state_up: row.admin_state_up,
  status: "ACTIVE",
  external_gateway_info: showGateway(state, row),
  availability_zones: [],
  availability_zone_hints: row.zones,
  routes: row.routes,
  flavor_id: null,
  ...common(row),
  ...(caller.isAdmin && { distributed: row.distributed, ha: row.ha }),
})
