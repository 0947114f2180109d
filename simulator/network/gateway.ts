import type { Caller } from "../identity/tokens.ts"
import { macAddress } from "../ids.ts"
import { Allocator, type WantedIp } from "./allocation.ts"
import { boolean, uuid } from "./checks.ts"
import { fixedIps } from "./port-checks.ts"
import { isOpen } from "./rbac.ts"
import { badAttribute, badRouter, disallowed, notFound, wrongKeys } from "./refusals.ts"
import { owns } from "./resource.ts"
import { defaultPort, type GatewayInfo, type Router } from "./rows.ts"
import { type NetworkState, newRow } from "./state.ts"

export interface WantedGateway {
  readonly network_id: string
  readonly enable_snat?: boolean
  readonly external_fixed_ips?: readonly WantedIp[]
}

const known = ["network_id", "enable_snat", "external_fixed_ips"]

/** Null and an empty object mean no gateway. */
export function gatewayInfo(name: string, value: unknown): WantedGateway | null {
  if (value === null) return null
  const given: Record<string, unknown> = typeof value === "object" ? { ...value } : {}
  const keys = Object.keys(given)
  if (keys.length === 0) return null
  if (given.network_id === undefined) throw wrongKeys(name, ["network_id"], keys)
  const unexpected = keys.filter((key) => !known.includes(key))
  if (unexpected.length > 0) throw badAttribute(name, `Unexpected keys supplied: ${unexpected.join(", ")}`)
  return {
    network_id: uuid(name, given.network_id),
    ...(given.enable_snat !== undefined && { enable_snat: boolean(name, given.enable_snat) }),
    ...(given.external_fixed_ips !== undefined && {
      external_fixed_ips: fixedIps(name, given.external_fixed_ips),
    }),
  }
}

/** A tenant may set only the network; other members are refused, even those that a response contained. */
export function checkGatewayPolicy(caller: Caller, action: string, wanted: WantedGateway | null): void {
  if (caller.isAdmin || wanted === null) return
  if (wanted.enable_snat === undefined && wanted.external_fixed_ips === undefined) return
  const rule = `rule:${action}_router`
  const inner = known
    .filter((key) => key in wanted)
    .map((key) => `${rule}:external_gateway_info:${key}`)
    .join(" and ")
  throw disallowed(`(${rule} and (${rule}:external_gateway_info and (${inner})))`)
}

function addressOf(state: NetworkState, wanted: WantedGateway, mac: string, own?: string) {
  const subnets = state.subnets.find("network", wanted.network_id)
  for (const { ip_address } of wanted.external_fixed_ips ?? [])
    if (ip_address !== undefined && subnets.some(({ gateway_ip }) => gateway_ip === ip_address))
      throw badRouter(`External IP ${ip_address} is the same as the gateway IP.`)
  const addresses = new Allocator(state, {
    networkId: wanted.network_id,
    mac,
    owner: "network:router_gateway",
    portId: own,
  })
  return wanted.external_fixed_ips && wanted.external_fixed_ips.length > 0
    ? addresses.wanted(wanted.external_fixed_ips)
    : addresses.automatic()
}

/** The gateway's port belongs to no project: it does not count against a quota and tenants do not see it. */
export function setGateway(
  state: NetworkState,
  caller: Caller,
  routerId: string,
  before: GatewayInfo | null,
  wanted: WantedGateway | null,
): GatewayInfo | null {
  const old = before === null ? undefined : state.ports.get(before.portId)
  if (wanted === null) {
    if (old) state.ports.remove(old)
    return null
  }
  const network = state.networks.get(wanted.network_id)
  if (!network || !(owns(caller, network) || isOpen(state, network, caller.projectId) || network.external))
    throw notFound.network(wanted.network_id)
  if (!network.external) throw badRouter(`Network ${network.id} is not an external network.`)
  const enable_snat = wanted.enable_snat ?? true
  const same = old !== undefined && before?.network_id === network.id
  if (same && wanted.external_fixed_ips === undefined) return { ...before, enable_snat }
  if (same) {
    const fixed_ips = addressOf(state, wanted, old.mac_address, old.id)
    state.ports.put({ ...old, fixed_ips })
    return { ...before, enable_snat }
  }
  if (old) state.ports.remove(old)
  const mac_address = macAddress()
  const port = state.ports.put({
    ...newRow("", "", 1),
    ...defaultPort,
    name: "",
    network_id: network.id,
    mac_address,
    admin_state_up: true,
    device_id: routerId,
    device_owner: "network:router_gateway",
    fixed_ips: addressOf(state, wanted, mac_address),
    security_groups: [],
    port_security_enabled: false,
  })
  return { network_id: network.id, enable_snat, portId: port.id }
}

export const showGateway = (state: NetworkState, row: Router): object | null =>
  row.gateway && {
    network_id: row.gateway.network_id,
    external_fixed_ips: state.ports.get(row.gateway.portId)?.fixed_ips ?? [],
    enable_snat: row.gateway.enable_snat,
  }
