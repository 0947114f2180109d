import type { Caller } from "../identity/tokens.ts"
import { macAddress } from "../ids.ts"
import { Allocator } from "./allocation.ts"
import { defaultGroup } from "./groups.ts"
import { type PortGiven, unchangedOf } from "./port-attributes.ts"
import { checkSecurity, filledPairs, mergedOptions } from "./port-checks.ts"
import { addressesInOrder, checkGroups, checkMac } from "./port-references.ts"
import { checkPolicyOf } from "./qos-policies.ts"
import { disallowed, notFound } from "./refusals.ts"
import { isService, type Port } from "./rows.ts"
import { type NetworkState, newRow } from "./state.ts"

export function createPort(state: NetworkState, caller: Caller, projectId: string, given: PortGiven): Port {
  const networkId = given.network_id ?? ""
  const network = state.networks.get(networkId)
  if (!network) throw notFound.network(networkId)
  checkForeign(caller, network.project_id, given)
  if (given.mac_address !== undefined) checkMac(state, networkId, given.mac_address)
  checkPolicyOf(state, caller, given.qos_policy_id)
  const mac_address = given.mac_address ?? freshMac(state, networkId)
  const secured =
    !isService(given.device_owner) && (given.port_security_enabled ?? network.port_security_enabled)
  const groups = groupsOf(state, caller, projectId, given, secured)
  const addresses = new Allocator(state, { networkId, mac: mac_address, owner: given.device_owner })
  return state.ports.put({
    ...newRow(projectId, given.description, 1),
    name: given.name,
    network_id: networkId,
    mac_address,
    admin_state_up: given.admin_state_up,
    device_id: given.device_id,
    device_owner: given.device_owner,
    fixed_ips: addressesInOrder(given.fixed_ips ? addresses.wanted(given.fixed_ips) : addresses.automatic()),
    security_groups: groups,
    port_security_enabled: secured,
    allowed_address_pairs: filledPairs(given.allowed_address_pairs, mac_address),
    extra_dhcp_opts: mergedOptions([], given.extra_dhcp_opts),
    ...unchangedOf(given),
    data_plane_status: null,
    vnicType: given["binding:vnic_type"] ?? "normal",
    hostId: given["binding:host_id"],
    profile: given["binding:profile"],
  })
}

/** The default group is created even for a port without port security, and not stored with that port. */
function groupsOf(
  state: NetworkState,
  caller: Caller,
  projectId: string,
  { security_groups: wanted, allowed_address_pairs }: PortGiven,
  secured: boolean,
): readonly string[] {
  checkGroups(state, caller, wanted ?? [])
  checkSecurity(secured, wanted ?? [], allowed_address_pairs)
  const groups = wanted === undefined ? [defaultGroup(state, projectId).id] : wanted
  return secured ? [...(groups ?? [])].sort() : []
}

function freshMac(state: NetworkState, networkId: string): string {
  const address = macAddress()
  return state.ports.first("mac", `${networkId}/${address}`) ? freshMac(state, networkId) : address
}

/** On a shared network of another project a tenant may not choose addresses, owner or port security. */
function checkForeign(caller: Caller, networkOwner: string, given: PortGiven): void {
  if (caller.isAdmin || networkOwner === caller.projectId) return
  const rule = "rule:create_port"
  for (const name of ["mac_address", "port_security_enabled"] as const)
    if (given[name] !== undefined) throw disallowed(`(${rule} and ${rule}:${name})`)
  if (isService(given.device_owner)) throw disallowed(`(${rule} and ${rule}:device_owner)`)
  for (const name of ["fixed_ips", "allowed_address_pairs"] as const)
    if (given[name]?.some(({ ip_address }) => ip_address !== undefined))
      throw disallowed(`(${rule} and (${rule}:${name} and (${rule}:${name}:ip_address)))`)
}
