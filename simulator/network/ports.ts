import type { Caller } from "../identity/tokens.ts"
import { macAddress } from "../ids.ts"
import { Refusal } from "../refusals.ts"
import { allocationRefusals, allocator } from "./allocation.ts"
import { type Given, maybe, optional, required } from "./attributes.ts"
import { boolean, oneOf, orNull, string, strings, uuid, uuids } from "./checks.ts"
import { assignment, dnsDomain, dnsName } from "./dns.ts"
import { defaultGroup } from "./groups.ts"
import { byText } from "./order.ts"
import { checkNetworkOwner } from "./ownership.ts"
import {
  addressPairs,
  checkSecurity,
  dhcpOptions,
  filledPairs,
  fixedIps,
  mac,
  mergedOptions,
} from "./port-checks.ts"
import { checkPolicyOf } from "./qos-policies.ts"
import { sharesWith } from "./rbac.ts"
import { disallowed, inUse, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import { type FixedIp, isInterface, isService, type Port } from "./rows.ts"
import { born, type NetworkState, touched } from "./state.ts"
import { checkNotInTrunk, trunkDetails } from "./trunks.ts"

const object = (_name: string, value: unknown): object =>
  typeof value === "object" && value !== null ? value : {}

const attributes = {
  network_id: required(uuid, { put: false }),
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  admin_state_up: optional(boolean, true),
  mac_address: maybe(mac),
  fixed_ips: maybe(fixedIps),
  device_id: optional(string(255), ""),
  device_owner: optional(string(255), ""),
  security_groups: maybe(orNull(uuids)),
  port_security_enabled: maybe(boolean),
  allowed_address_pairs: optional(addressPairs, []),
  extra_dhcp_opts: optional(dhcpOptions, []),
  dns_name: optional(dnsName, ""),
  dns_domain: optional(dnsDomain, ""),
  qos_policy_id: optional(orNull(uuid), null),
  propagate_uplink_status: optional(boolean, true),
  numa_affinity_policy: optional(orNull(oneOf(["required", "preferred", "legacy"])), null),
  data_plane_status: optional(orNull(oneOf(["ACTIVE", "DOWN"])), null, { post: false, rule: "admin" }),
  /** Taken and forgotten, as by a cloud without the extension for it. */
  tags: optional(strings, [], { put: false }),
  "binding:vnic_type": optional(
    oneOf([
      "normal",
      "direct",
      "macvtap",
      "baremetal",
      "direct-physical",
      "virtio-forwarder",
      "smart-nic",
      "vdpa",
      "remote-managed",
    ]),
    "normal",
  ),
  "binding:host_id": optional(string(255), "", { rule: "admin" }),
  "binding:profile": optional(object, {}, { rule: "admin" }),
}

type PortGiven = Given<typeof attributes>

const inOrder = (ips: readonly FixedIp[]): FixedIp[] => byText(ips, ({ ip_address }) => ip_address)

export function portResource(state: NetworkState): Resource<Port> {
  const ownsNetwork = (caller: Caller, row: Port) =>
    state.networks.get(row.network_id)?.project_id === caller.projectId
  const checkMac = (networkId: string, address: string, own?: string): void => {
    const holder = state.ports.first("mac", `${networkId}/${address.toLowerCase()}`)
    if (holder && holder.id !== own)
      throw new Refusal(
        409,
        "MacAddressInUse",
        `Unable to complete operation for network ${networkId}. The mac address ${address} is in use.`,
      )
  }
  const freshMac = (networkId: string): string => {
    const address = macAddress()
    return state.ports.first("mac", `${networkId}/${address}`) ? freshMac(networkId) : address
  }
  const checkGroups = (caller: Caller, ids: readonly string[]): void => {
    for (const id of ids) {
      const group = state.groups.get(id)
      const usable = group && (owns(caller, group) || sharesWith(state, id, caller.projectId))
      if (!usable) throw notFound.group(id)
    }
  }

  return {
    member: "port",
    collection: "ports",
    path: "ports",
    quota: "port",
    tagged: true,
    lostInBulk: ["allowed_address_pairs", "extra_dhcp_opts"],
    filters: [
      "name",
      "status",
      "admin_state_up",
      "network_id",
      "mac_address",
      "fixed_ips",
      "device_id",
      "device_owner",
      "security_groups",
      "binding:host_id",
    ],
    attributes,
    readOnly: [
      ...commonReadOnly.filter((name) => name !== "tags"),
      "status",
      "binding:vif_type",
      "binding:vif_details",
      "dns_assignment",
      "qos_network_policy_id",
      "resource_request",
    ],
    rows: state.ports,
    notFound: notFound.port,
    shared: (caller) =>
      state.networks
        .find("project", caller.projectId)
        .flatMap(({ id }) => state.ports.find("network", id))
        .filter(({ project_id }) => project_id !== caller.projectId),
    canSee: (caller, row) => owns(caller, row) || ownsNetwork(caller, row),
    canChange: (caller, row) => owns(caller, row) || ownsNetwork(caller, row),
    checkOwner: (caller, values) => checkNetworkOwner(state, caller, values, "port"),
    create(caller, projectId, values) {
      const given = values as PortGiven
      const networkId = given.network_id ?? ""
      const network = state.networks.get(networkId)
      if (!network) throw notFound.network(networkId)
      checkForeign(caller, network.project_id, given)
      if (given.mac_address !== undefined) checkMac(networkId, given.mac_address)
      checkPolicyOf(state, caller, given.qos_policy_id)
      const mac_address = given.mac_address ?? freshMac(networkId)
      const secured =
        !isService(given.device_owner) && (given.port_security_enabled ?? network.port_security_enabled)
      checkGroups(caller, given.security_groups ?? [])
      checkSecurity(secured, given.security_groups ?? [], given.allowed_address_pairs)
      const own =
        given.security_groups === undefined ? [defaultGroup(state, projectId).id] : given.security_groups
      const addresses = allocator(state, { networkId, mac: mac_address, owner: given.device_owner })
      return state.ports.put({
        ...born(projectId, given.description, 1),
        name: given.name,
        network_id: networkId,
        mac_address,
        admin_state_up: given.admin_state_up,
        device_id: given.device_id,
        device_owner: given.device_owner,
        fixed_ips: inOrder(given.fixed_ips ? addresses.wanted(given.fixed_ips) : addresses.automatic()),
        security_groups: secured ? [...(own ?? [])].sort() : [],
        port_security_enabled: secured,
        allowed_address_pairs: filledPairs(given.allowed_address_pairs, mac_address),
        extra_dhcp_opts: mergedOptions([], given.extra_dhcp_opts),
        ...pick(given),
        data_plane_status: null,
        vnicType: given["binding:vnic_type"] ?? "normal",
        hostId: given["binding:host_id"],
        profile: given["binding:profile"],
      })
    },
    /**
     * Zed's neutron undoes the ports, but not the addresses that it had found for them when another port's could
     * not be had: they stay taken until the subnet goes. Later releases give them back.
     */
    refusedAfter(undone, refusal) {
      if (!allocationRefusals.includes(refusal.type)) return
      for (const { subnet_id, ip_address } of undone.flatMap(({ fixed_ips }) => fixed_ips))
        state.stranded.add(`${subnet_id}/${ip_address}`)
    },
    update(caller, row, values) {
      const given = values as Partial<PortGiven>
      checkPolicyOf(state, caller, given.qos_policy_id)
      if (given.mac_address !== undefined) {
        if (!caller.isAdmin) throw disallowed("(rule:update_port and rule:update_port:mac_address)")
        checkMac(row.network_id, given.mac_address, row.id)
      }
      if (given.fixed_ips && isInterface(row.device_owner))
        throw new Refusal(
          400,
          "BadRequest",
          `Bad ports request: IP updates for port ${row.id} are not allowed.`,
        )
      const mac_address = given.mac_address ?? row.mac_address
      const secured = given.port_security_enabled ?? row.port_security_enabled
      const groups = given.security_groups === undefined ? row.security_groups : (given.security_groups ?? [])
      if (given.security_groups) checkGroups(caller, given.security_groups)
      const pairs = given.allowed_address_pairs
        ? filledPairs(given.allowed_address_pairs, mac_address)
        : row.allowed_address_pairs
      if (!secured && given.security_groups === undefined && groups.length > 0)
        throw new Refusal(
          409,
          "PortSecurityPortHasSecurityGroup",
          "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
        )
      checkSecurity(secured, groups, pairs)
      const { name, description, admin_state_up, device_id, device_owner } = given
      return state.ports.put(
        touched(row, {
          ...(name !== undefined && { name }),
          ...(description !== undefined && { description }),
          ...(admin_state_up !== undefined && { admin_state_up }),
          ...(device_id !== undefined && { device_id }),
          ...(device_owner !== undefined && { device_owner }),
          ...pick(given),
          ...(given["binding:vnic_type"] && { vnicType: given["binding:vnic_type"] }),
          ...(given.fixed_ips && {
            fixed_ips: inOrder(
              allocator(state, {
                networkId: row.network_id,
                mac: mac_address,
                owner: row.device_owner,
                portId: row.id,
              }).wanted(given.fixed_ips),
            ),
          }),
          ...(given.extra_dhcp_opts && {
            extra_dhcp_opts: mergedOptions(row.extra_dhcp_opts, given.extra_dhcp_opts),
          }),
          mac_address,
          security_groups: [...groups].sort(),
          port_security_enabled: secured,
          allowed_address_pairs: pairs,
        }),
      )
    },
    remove(_caller, row) {
      checkNotInTrunk(state, row.id)
      const routed = isInterface(row.device_owner) || row.device_owner === "network:router_gateway"
      if (routed && state.routers.get(row.device_id)) throw inUse.servicePort(row.id, row.device_owner)
      state.ports.remove(row)
    },
    show: (caller, row) => showPort(state, caller, row),
  }
}

const plainNames = [
  "dns_name",
  "dns_domain",
  "qos_policy_id",
  "propagate_uplink_status",
  "numa_affinity_policy",
  "data_plane_status",
] as const

/** What is kept as it is given. */
const pick = <G extends Partial<PortGiven>>(given: G) =>
  Object.fromEntries(
    plainNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  ) as Pick<G, (typeof plainNames)[number]>

/** On a shared network of another project a tenant takes what it is given. */
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

const showPort = (state: NetworkState, caller: Caller, row: Port): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  network_id: row.network_id,
  mac_address: row.mac_address,
  admin_state_up: row.admin_state_up,
  status: "DOWN",
  device_id: row.device_id,
  device_owner: row.device_owner,
  fixed_ips: row.fixed_ips,
  allowed_address_pairs: row.allowed_address_pairs,
  extra_dhcp_opts: row.extra_dhcp_opts,
  security_groups: row.security_groups,
  "binding:vnic_type": row.vnicType,
  port_security_enabled: row.port_security_enabled,
  dns_name: row.dns_name,
  dns_domain: row.dns_domain,
  dns_assignment: assignment(row.dns_name, row.fixed_ips),
  qos_policy_id: row.qos_policy_id,
  qos_network_policy_id: state.networks.get(row.network_id)?.qos_policy_id ?? null,
  propagate_uplink_status: row.propagate_uplink_status,
  numa_affinity_policy: row.numa_affinity_policy,
  data_plane_status: row.data_plane_status,
  ...trunkDetails(state, row.id),
  ...common(row),
  ...(caller.isAdmin && {
    "binding:profile": row.profile,
    "binding:host_id": row.hostId,
    "binding:vif_type": "unbound",
    "binding:vif_details": {},
    resource_request: null,
  }),
})
