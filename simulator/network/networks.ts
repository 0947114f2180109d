import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { type Given, maybe, optional } from "./attributes.ts"
import { boolean, integer, natural, oneOf, orNull, string, strings, uuid } from "./checks.ts"
import { dnsDomain } from "./dns.ts"
import { byId } from "./order.ts"
import { checkOnNetwork, checkPolicyOf, defaultPolicy } from "./qos-policies.ts"
import { isOpen, openNetworks, removePolicies } from "./rbac.ts"
import { inUse, invalidInput, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import { isService, type Network } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"
import { checkZones } from "./zones.ts"

const admin = { rule: "admin" } as const

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  admin_state_up: optional(boolean, true),
  shared: optional(boolean, false, admin),
  "router:external": optional(boolean, false, admin),
  is_default: optional(boolean, false, admin),
  mtu: optional(natural, 0),
  port_security_enabled: optional(boolean, true, { rule: "any" }),
  dns_domain: optional(dnsDomain, ""),
  qos_policy_id: optional(orNull(uuid), null),
  vlan_transparent: optional(orNull(boolean), null, { put: false }),
  availability_zone_hints: optional(strings, [], { put: false }),
  "provider:network_type": maybe(oneOf(["flat", "vlan", "vxlan", "gre", "geneve", "local"]), admin),
  "provider:physical_network": maybe(string(64), admin),
  "provider:segmentation_id": maybe(integer, admin),
}

type NetworkGiven = Given<typeof attributes>

const readOnly = [
  ...commonReadOnly,
  "status",
  "subnets",
  "ipv4_address_scope",
  "ipv6_address_scope",
  "availability_zones",
]

const filters = [
  "name",
  "status",
  "admin_state_up",
  "mtu",
  "router:external",
  "shared",
  "is_default",
  "provider:network_type",
  "provider:physical_network",
  "provider:segmentation_id",
]

export function networkResource(state: NetworkState): Resource<Network> {
  return {
    member: "network",
    collection: "networks",
    path: "networks",
    quota: "network",
    tagged: true,
    filters,
    attributes,
    readOnly,
    rows: state.networks,
    onlyWhenMade: { is_default: false },
    notFound: notFound.network,
    shared: ({ projectId }) => [...state.networks.find("open", "open"), ...openNetworks(state, projectId)],
    canSee: (caller, row) => owns(caller, row) || isOpen(state, row, caller.projectId) || row.external,
    canChange: owns,
    create: (caller, projectId, values) => createNetwork(state, caller, projectId, values as NetworkGiven),
    update: (caller, row, values) => updateNetwork(state, caller, row, values as Partial<NetworkGiven>),
    remove: (_caller, row) => removeNetwork(state, row),
    show: (caller, row) => showNetwork(state, caller, row),
  }
}

function createNetwork(state: NetworkState, caller: Caller, projectId: string, given: NetworkGiven): Network {
  checkZones(given.availability_zone_hints)
  // Neutron responds with 500 here.
  if (given.vlan_transparent === true && !state.vlanTransparent)
    throw new Refusal(500, "VlanTransparencyDriverError", "Backend does not support VLAN Transparency.")
  checkPolicyOf(state, caller, given.qos_policy_id)
  const type = given["provider:network_type"] ?? "vxlan"
  const flat = type === "flat"
  const row = newRow(projectId, given.description, 1)
  const policy = given.qos_policy_id ?? defaultPolicy(state, projectId)
  if (!flat) checkOnNetwork(state, policy, row.id)
  return state.networks.put({
    ...row,
    name: given.name,
    admin_state_up: given.admin_state_up,
    mtu: checkMtu(state, given.mtu, flat),
    shared: given.shared,
    external: given["router:external"],
    is_default: given.is_default,
    port_security_enabled: given.port_security_enabled,
    dns_domain: given.dns_domain,
    vlan_transparent: given.vlan_transparent ?? false,
    qos_policy_id: policy,
    zones: given.availability_zone_hints,
    networkType: type,
    physicalNetwork: given["provider:physical_network"] ?? null,
    segmentationId: flat ? null : (given["provider:segmentation_id"] ?? ++state.lastSegment),
  })
}

function updateNetwork(
  state: NetworkState,
  caller: Caller,
  row: Network,
  given: Partial<NetworkGiven>,
): Network {
  checkPolicyOf(state, caller, given.qos_policy_id)
  if (row.networkType !== "flat") checkOnNetwork(state, given.qos_policy_id ?? null, row.id)
  const { "router:external": external, mtu: wanted, ...rest } = given
  if (row.shared && given.shared === false) checkUsedByOwnerOnly(state, row)
  return state.networks.put(
    touched(row, {
      ...plain(rest),
      ...(external !== undefined && { external }),
      ...(wanted !== undefined && { mtu: checkMtu(state, wanted, row.networkType === "flat") }),
    }),
  )
}

function removeNetwork(state: NetworkState, row: Network): void {
  const allPorts = state.ports.find("network", row.id)
  // Neutron deletes the ports of its DHCP agents itself.
  const ports = allPorts.filter(({ device_owner }) => device_owner !== "network:dhcp")
  if (ports.length > 0)
    throw inUse.network(
      row.id,
      ports.map(({ id }) => id),
    )
  for (const port of allPorts) state.ports.remove(port)
  for (const subnet of state.subnets.find("network", row.id)) state.subnets.remove(subnet)
  removePolicies(state, row.id)
  state.networks.remove(row)
}

function checkMtu(state: NetworkState, wanted: number, flat: boolean): number {
  const largest = flat ? state.underlay : state.largestMtu
  if (wanted > largest) throw invalidInput(`Requested MTU is too big, maximum is ${largest}`)
  return wanted === 0 ? largest : wanted
}

function checkUsedByOwnerOnly(state: NetworkState, row: Network): void {
  const others = state.ports
    .find("network", row.id)
    .some((port) => port.project_id !== row.project_id && !isService(port.device_owner))
  if (others)
    throw new Refusal(
      409,
      "InvalidSharedSetting",
      `Unable to reconfigure sharing settings for network ${row.name}. Multiple tenants are using it.`,
    )
}

const plainNames = [
  "name",
  "description",
  "admin_state_up",
  "shared",
  "is_default",
  "port_security_enabled",
  "dns_domain",
  "qos_policy_id",
] as const

const plain = (given: Partial<NetworkGiven>): Partial<Network> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => plainNames.some((one) => one === name)))

const showNetwork = (state: NetworkState, caller: Caller, row: Network): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  admin_state_up: row.admin_state_up,
  mtu: row.mtu,
  status: "ACTIVE",
  subnets: byId(state.subnets.find("network", row.id)).map(({ id }) => id),
  shared: isOpen(state, row, caller.projectId),
  availability_zone_hints: row.zones,
  availability_zones: [],
  ipv4_address_scope: null,
  ipv6_address_scope: null,
  "router:external": row.external,
  ...(row.external && { is_default: row.is_default }),
  port_security_enabled: row.port_security_enabled,
  dns_domain: row.dns_domain,
  qos_policy_id: row.qos_policy_id,
  vlan_transparent: row.vlan_transparent,
  ...common(row),
  ...(caller.isAdmin && {
    "provider:network_type": row.networkType,
    "provider:physical_network": row.physicalNetwork,
    "provider:segmentation_id": row.segmentationId,
  }),
})
