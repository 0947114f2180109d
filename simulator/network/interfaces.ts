import { overlaps, parseCidr } from "../addresses.ts"
import type { Caller } from "../identity/tokens.ts"
import { macAddress } from "../ids.ts"
import { Refusal } from "../refusals.ts"
import { isOpen } from "./rbac.ts"
import { addressTaken, badRouter, inUse, notA, notFound, overQuota } from "./refusals.ts"
import { owns } from "./resource.ts"
import { neededBy } from "./router-routes.ts"
import { defaultPort, interfaceOwners, isInterface, type Port, type Router, type Subnet } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"
import { roomFor } from "./usage.ts"

const ownerOf = ({ distributed, ha }: Router): string =>
  distributed ? interfaceOwners.distributed : ha ? interfaceOwners.ha : interfaceOwners.plain

export const interfacesOf = (state: NetworkState, routerId: string): Port[] =>
  state.ports.find("device", routerId).filter(({ device_owner }) => isInterface(device_owner))

const uuidShape = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

interface Named {
  readonly subnetId: string | undefined
  readonly portId: string | undefined
}

function named(body: Record<string, unknown>): Named {
  const { subnet_id, port_id } = body
  if (subnet_id === undefined && port_id === undefined)
    throw badRouter("Either subnet_id or port_id must be specified.")
  for (const id of [subnet_id, port_id])
    if (id !== undefined && !uuidShape.test(String(id))) throw badRouter(`${notA("UUID", id)}.`)
  return {
    subnetId: subnet_id === undefined ? undefined : String(subnet_id),
    portId: port_id === undefined ? undefined : String(port_id),
  }
}

const answer = (router: Router, port: Port, subnetId: string): object => ({
  id: router.id,
  tenant_id: router.project_id,
  port_id: port.id,
  network_id: port.network_id,
  subnet_id: subnetId,
  subnet_ids: [subnetId],
})

function checkSubnet(state: NetworkState, router: Router, subnet: Subnet): void {
  const cidr = parseCidr(subnet.cidr)
  const mine = state.ports.find("device", router.id).flatMap(({ fixed_ips }) => fixed_ips)
  for (const { subnet_id } of mine) {
    if (subnet_id === subnet.id) throw badRouter(`Router already has a port on subnet ${subnet.id}.`)
    const other = state.subnets.get(subnet_id)
    const block = other && parseCidr(other.cidr)
    if (cidr && block && overlaps(cidr, block))
      throw badRouter(
        `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}.`,
      )
  }
}

function bySubnet(state: NetworkState, caller: Caller, router: Router, id: string): object {
  const subnet = state.subnets.get(id)
  const network = subnet && state.networks.get(subnet.network_id)
  if (!subnet || !network || !(owns(caller, subnet) || isOpen(state, network, caller.projectId)))
    throw notFound.subnet(id)
  if (subnet.gateway_ip === null) throw badRouter("Subnet for router interface must have a gateway IP.")
  checkSubnet(state, router, subnet)
  if (state.ports.first("ip", `${subnet.id}/${subnet.gateway_ip}`))
    throw addressTaken(subnet.gateway_ip, subnet.id)
  if (roomFor(state, router.project_id, "port") < 1) throw overQuota("port")
  const port = state.ports.put({
    ...newRow(router.project_id, "", 2),
    ...defaultPort,
    name: "",
    network_id: network.id,
    mac_address: macAddress(),
    admin_state_up: true,
    device_id: router.id,
    device_owner: ownerOf(router),
    fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
    security_groups: [],
    port_security_enabled: false,
  })
  return answer(router, port, subnet.id)
}

/** Neutron does not change the port's groups and port security. */
function byPort(state: NetworkState, caller: Caller, router: Router, id: string): object {
  const port = state.ports.get(id)
  if (!port || !owns(caller, port)) throw notFound.port(id)
  if (port.device_id !== "") throw inUse.port(port.id, port.network_id, port.device_id)
  const [first] = port.fixed_ips
  if (!first) throw badRouter("Router port must have at least one fixed IP.")
  for (const { subnet_id } of port.fixed_ips) {
    const subnet = state.subnets.get(subnet_id)
    if (subnet) checkSubnet(state, router, subnet)
  }
  const attached = state.ports.put(touched(port, { device_id: router.id, device_owner: ownerOf(router) }))
  return answer(router, attached, first.subnet_id)
}

export function addInterface(
  state: NetworkState,
  caller: Caller,
  router: Router,
  body: Record<string, unknown>,
): object {
  const { subnetId, portId } = named(body)
  if (subnetId !== undefined && portId !== undefined)
    throw badRouter("Cannot specify both subnet-id and port-id.")
  const made =
    portId === undefined
      ? bySubnet(state, caller, router, subnetId ?? "")
      : byPort(state, caller, router, portId)
  state.routers.put(touched(router))
  return made
}

function namedInterface(state: NetworkState, router: Router, { subnetId, portId }: Named): [Port, string] {
  const interfaces = interfacesOf(state, router.id)
  if (portId !== undefined) {
    const port = interfaces.find(({ id }) => id === portId)
    const [first] = port?.fixed_ips ?? []
    if (!port || !first)
      throw new Refusal(
        404,
        "RouterInterfaceNotFound",
        `Router ${router.id} does not have an interface with id ${portId}`,
      )
    if (subnetId !== undefined && !port.fixed_ips.some(({ subnet_id }) => subnet_id === subnetId))
      throw new Refusal(
        400,
        "SubnetMismatchForPort",
        `Subnet on port ${portId} does not match the requested subnet ${subnetId}.`,
      )
    return [port, first.subnet_id]
  }
  const id = subnetId ?? ""
  if (!state.subnets.get(id)) throw notFound.subnet(id)
  const port = interfaces.find(({ fixed_ips }) => fixed_ips.some(({ subnet_id }) => subnet_id === id))
  if (!port)
    throw new Refusal(
      404,
      "RouterInterfaceNotFoundForSubnet",
      `Router ${router.id} has no interface on subnet ${id}`,
    )
  return [port, id]
}

export function removeInterface(state: NetworkState, router: Router, body: Record<string, unknown>): object {
  const [port, subnetId] = namedInterface(state, router, named(body))
  const needed = neededBy(state, port, router.routes)
  if (needed !== undefined)
    throw new Refusal(
      409,
      "RouterInterfaceInUseByRoute",
      `Router interface for subnet ${needed} on router ${router.id} cannot be deleted, as it is required by one or more routes.`,
    )
  state.ports.remove(port)
  state.routers.put(touched(router))
  return answer(router, port, subnetId)
}
