import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { Allocator, type WantedIp } from "./allocation.ts"
import { type PortGiven, unchangedOf } from "./port-attributes.ts"
import { checkSecurity, filledPairs, mergedOptions } from "./port-checks.ts"
import { addressesInOrder, checkGroups, checkMac } from "./port-references.ts"
import { checkPolicyOf } from "./qos-policies.ts"
import { disallowed } from "./refusals.ts"
import { type FixedIp, isInterface, type Port } from "./rows.ts"
import { type NetworkState, touched } from "./state.ts"

export function updatePort(state: NetworkState, caller: Caller, row: Port, given: Partial<PortGiven>): Port {
  checkPolicyOf(state, caller, given.qos_policy_id)
  checkAddressing(state, caller, row, given)
  const mac_address = given.mac_address ?? row.mac_address
  const security = securityOf(state, caller, row, given, mac_address)
  return state.ports.put(
    touched(row, {
      ...plainChanges(given),
      ...(given.fixed_ips && { fixed_ips: allocate(state, row, mac_address, given.fixed_ips) }),
      ...(given.extra_dhcp_opts && {
        extra_dhcp_opts: mergedOptions(row.extra_dhcp_opts, given.extra_dhcp_opts),
      }),
      mac_address,
      ...security,
    }),
  )
}

function checkAddressing(state: NetworkState, caller: Caller, row: Port, given: Partial<PortGiven>): void {
  if (given.mac_address !== undefined) {
    if (!caller.isAdmin) throw disallowed("(rule:update_port and rule:update_port:mac_address)")
    checkMac(state, row.network_id, given.mac_address, row.id)
  }
  if (given.fixed_ips && isInterface(row.device_owner))
    throw new Refusal(400, "BadRequest", `Bad ports request: IP updates for port ${row.id} are not allowed.`)
}

function securityOf(
  state: NetworkState,
  caller: Caller,
  row: Port,
  given: Partial<PortGiven>,
  mac: string,
): Pick<Port, "security_groups" | "port_security_enabled" | "allowed_address_pairs"> {
  const enabled = given.port_security_enabled ?? row.port_security_enabled
  const groups = given.security_groups === undefined ? row.security_groups : (given.security_groups ?? [])
  if (given.security_groups) checkGroups(state, caller, given.security_groups)
  const pairs = given.allowed_address_pairs
    ? filledPairs(given.allowed_address_pairs, mac)
    : row.allowed_address_pairs
  if (!enabled && given.security_groups === undefined && groups.length > 0)
    throw new Refusal(
      409,
      "PortSecurityPortHasSecurityGroup",
      "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
    )
  checkSecurity(enabled, groups, pairs)
  return {
    security_groups: [...groups].sort(),
    port_security_enabled: enabled,
    allowed_address_pairs: pairs,
  }
}

function plainChanges(given: Partial<PortGiven>): Partial<Port> {
  const { name, description, admin_state_up, device_id, device_owner } = given
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(admin_state_up !== undefined && { admin_state_up }),
    ...(device_id !== undefined && { device_id }),
    ...(device_owner !== undefined && { device_owner }),
    ...unchangedOf(given),
    ...(given["binding:vnic_type"] && { vnicType: given["binding:vnic_type"] }),
  }
}

function allocate(state: NetworkState, row: Port, mac: string, wanted: readonly WantedIp[]): FixedIp[] {
  const { network_id: networkId, device_owner: owner, id: portId } = row
  return addressesInOrder(new Allocator(state, { networkId, mac, owner, portId }).wanted(wanted))
}
