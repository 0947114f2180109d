import type { Caller } from "../identity/tokens.ts"
import { allocationRefusals } from "./allocation.ts"
import { createPort } from "./create-port.ts"
import { assignment } from "./dns.ts"
import { checkNetworkOwner } from "./ownership.ts"
import { type PortGiven, portAttributes } from "./port-attributes.ts"
import { inUse, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import { isInterface, type Port } from "./rows.ts"
import type { NetworkState } from "./state.ts"
import { checkNotInTrunk, trunkDetails } from "./trunks.ts"
import { updatePort } from "./update-port.ts"

const filters = [
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
]

const readOnly = [
  ...commonReadOnly.filter((name) => name !== "tags"),
  "status",
  "binding:vif_type",
  "binding:vif_details",
  "dns_assignment",
  "qos_network_policy_id",
  "resource_request",
]

export function portResource(state: NetworkState): Resource<Port> {
  const ownsPortOrNetwork = (caller: Caller, row: Port) =>
    owns(caller, row) || state.networks.get(row.network_id)?.project_id === caller.projectId
  return {
    member: "port",
    collection: "ports",
    path: "ports",
    quota: "port",
    tagged: true,
    lostInBulk: ["allowed_address_pairs", "extra_dhcp_opts"],
    filters,
    attributes: portAttributes,
    readOnly,
    rows: state.ports,
    notFound: notFound.port,
    shared: (caller) =>
      state.networks
        .find("project", caller.projectId)
        .flatMap(({ id }) => state.ports.find("network", id))
        .filter(({ project_id }) => project_id !== caller.projectId),
    canSee: ownsPortOrNetwork,
    canChange: ownsPortOrNetwork,
    checkOwner: (caller, values) => checkNetworkOwner(state, caller, values, "port"),
    create: (caller, projectId, values) => createPort(state, caller, projectId, values as PortGiven),
    /**
     * Neutron of the Zed release rolls the ports back, but not the addresses that it had allocated to them when another
     * port's could not be allocated: they stay taken until the subnet is deleted. Later releases free them.
     */
    refusedAfter(undone, refusal) {
      if (!allocationRefusals.includes(refusal.type)) return
      for (const { subnet_id, ip_address } of undone.flatMap(({ fixed_ips }) => fixed_ips))
        state.stranded.add(`${subnet_id}/${ip_address}`)
    },
    update: (caller, row, values) => updatePort(state, caller, row, values as Partial<PortGiven>),
    remove(_caller, row) {
      checkNotInTrunk(state, row.id)
      const routed = isInterface(row.device_owner) || row.device_owner === "network:router_gateway"
      if (routed && state.routers.get(row.device_id)) throw inUse.servicePort(row.id, row.device_owner)
      state.ports.remove(row)
    },
    show: (caller, row) => showPort(state, caller, row),
  }
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
