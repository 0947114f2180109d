import type { KindName } from "./kind-names.ts"

/** What becomes of one attribute of OpenStack's in a copy. */
export interface Attribute {
  /** OpenStack's name. */
  readonly name: string
  /**
   * - `kept`: the copy has the source's value.
   * - `mapped`: the copy has the value that corresponds to the source's (an address in the mapped range, the copy's id).
   * - `made`: the cloud or the marketplace makes it; there is nothing to copy.
   * - `dropped`: it is not copied, for the reason given.
   */
  readonly fate: "kept" | "mapped" | "made" | "dropped"
  /** For people: why, or by what rule. */
  readonly why: string
  /** true: the host's rows do not hold it, so it is known only where the live source was read. */
  readonly live?: true
  /** Alias of the Neutron extension without which a cloud does not have it. */
  readonly extension?: string
  /** A value that is worth no word where the destination does not know the attribute. */
  readonly usual?: unknown
  /**
   * A cloud may refuse it for reasons of its own; then the object is made without it, and that is reported. The text
   * is the type of a refusal that is about this attribute without naming it, or words of it.
   */
  readonly soft?: true | string
}

/** What becomes of the attributes of one kind of OpenStack's objects. */
export interface AttributeTable {
  /** OpenStack's document. */
  readonly document: string
  /** Alias of the Neutron extension without which a cloud has no such objects. */
  readonly extension?: string
  readonly attributes: readonly Attribute[]
}

type Options = Pick<Attribute, "extension" | "soft" | "usual">

const kept = (name: string, why: string, options: Options = {}): Attribute => ({
  name,
  fate: "kept",
  why,
  ...options,
})
const live = (name: string, why: string, options: Options = {}): Attribute => ({
  ...kept(name, why, options),
  live: true,
})
const mapped = (name: string, why: string, options: Options = {}): Attribute => ({
  name,
  fate: "mapped",
  why,
  ...options,
})
const made = (...names: readonly string[]): readonly Attribute[] =>
  names.map((name) => ({ name, fate: "made", why: "The cloud makes it." }))
const dropped = (name: string, why: string): Attribute => ({ name, fate: "dropped", why })

/** What every object of Neutron's has. */
const common: readonly Attribute[] = [
  mapped("project_id", "The new project."),
  mapped("tenant_id", "The new project, by its older name."),
  ...made("id", "created_at", "updated_at", "revision_number"),
]
const described = kept("description", "As it is.", { extension: "standard-attr-description" })
const tags = kept("tags", "All of them; set after the object is made.", { extension: "standard-attr-tag" })
const qos = mapped(
  "qos_policy_id",
  "The copy of the tenant's own policy; a policy of the operator's is dropped.",
  {
    extension: "qos",
  },
)
const shared: Attribute = {
  name: "shared",
  fate: "made",
  why: "Neutron derives it from the RBAC policies, which are copied as such.",
}
const operators = "It names a thing of the source cloud's operator, which another cloud does not have."

const api = "https://docs.openstack.org/api-ref/network/v2/index.html"

/**
 * Attribute by attribute, what a copy holds. The planner takes from here what it reads of the live source; the page
 * docs/attributes.md is made of it; and the tests look for an attribute of a cloud that is missing here.
 */
export const attributeTables = {
  network: {
    document: `${api}#networks`,
    attributes: [
      kept("name", "As it is."),
      described,
      kept(
        "mtu",
        "As it is, where the destination allows so much; else it gets the destination's greatest.",
        {
          extension: "net-mtu-writable",
          soft: "Requested MTU is too big",
        },
      ),
      live("admin_state_up", "As it is."),
      live("port_security_enabled", "As it is: the default for new ports.", {
        extension: "port-security",
        usual: true,
      }),
      live("dns_domain", "As it is.", { extension: "dns-integration" }),
      live("availability_zone_hints", "As they are, where the destination has zones of these names.", {
        extension: "network_availability_zone",
        soft: "AvailabilityZoneNotFound",
      }),
      live("vlan_transparent", "As it is, where the destination's driver can do it.", {
        extension: "vlan-transparent",
        soft: "VlanTransparencyDriverError",
        usual: false,
      }),
      live("qinq", "As it is, where the destination's driver can do it.", {
        extension: "qinq",
        soft: "qinq",
        usual: false,
      }),
      tags,
      qos,
      shared,
      dropped("router:external", "External networks are the operator's; a network of this kind is left out."),
      dropped("is_default", "Only external networks can be the default."),
      dropped("provider:network_type", "The destination chooses how it carries the network."),
      dropped("provider:physical_network", operators),
      dropped("provider:segmentation_id", "The destination gives its own number."),
      dropped("segments", operators),
      ...made(
        "status",
        "subnets",
        "availability_zones",
        "ipv4_address_scope",
        "ipv6_address_scope",
        "l2_adjacency",
      ),
      ...common,
    ],
  },
  subnet: {
    document: `${api}#subnets`,
    attributes: [
      kept("name", "As it is."),
      described,
      mapped("network_id", "The copy of its network."),
      kept("ip_version", "As it is."),
      mapped("cidr", "By the mapping of subnets."),
      mapped("gateway_ip", "By the mapping; a subnet without a gateway stays without."),
      kept("enable_dhcp", "As it is."),
      mapped("allocation_pools", "By the mapping."),
      mapped("dns_nameservers", "Those inside the range by the mapping, others as they are, in their order."),
      mapped("host_routes", "By the mapping."),
      live("ipv6_address_mode", "As it is."),
      live("ipv6_ra_mode", "As it is."),
      live("service_types", "As they are.", { extension: "subnet-service-types" }),
      live("dns_publish_fixed_ip", "As it is.", {
        extension: "subnet-dns-publish-fixed-ip",
        usual: false,
      }),
      tags,
      dropped("subnetpool_id", "Pools are the operator's; the range itself is kept."),
      dropped("segment_id", operators),
      ...made("router:external"),
      ...common,
    ],
  },
  router: {
    document: `${api}#routers-routers`,
    attributes: [
      kept("name", "As it is."),
      described,
      live("admin_state_up", "As it is."),
      mapped(
        "external_gateway_info",
        "A way out for those that have one, by the destination's external network.",
      ),
      dropped("external_gateways", "One way out for each router: see there."),
      mapped("routes", "By the rule of static routes and the mapping; see the report for those left out."),
      live("distributed", "As it is, where the destination permits.", {
        extension: "dvr",
        soft: true,
        usual: false,
      }),
      live("ha", "As it is, where the destination permits.", {
        extension: "l3-ha",
        soft: true,
        usual: false,
      }),
      live("availability_zone_hints", "As they are, where the destination has zones of these names.", {
        extension: "router_availability_zone",
        soft: "AvailabilityZoneNotFound",
      }),
      live("enable_ndp_proxy", "As it is.", {
        extension: "l3-ndp-proxy",
        soft: "RouterGatewayNotValid",
        usual: false,
      }),
      live("enable_default_route_bfd", "As it is.", { extension: "enable-default-route-bfd", usual: false }),
      live("enable_default_route_ecmp", "As it is.", {
        extension: "enable-default-route-ecmp",
        usual: false,
      }),
      tags,
      dropped("flavor_id", operators),
      dropped("service_type_id", operators),
      dropped("evpn_vni", operators),
      dropped("conntrack_helpers", "Helpers of connection tracking are not copied."),
      ...made("status", "availability_zones"),
      ...common,
    ],
  },
  gateway: {
    document: `${api}#routers-routers`,
    attributes: [
      mapped(
        "network_id",
        "The customer's external network in the destination, or that of the destination's settings.",
      ),
      live("enable_snat", "As it is.", { extension: "ext-gw-mode", usual: true }),
      dropped("external_fixed_ips", "Addresses of an external network are given by the destination."),
      dropped("external_gateways", "One way out for each router; the report names those beyond the first."),
      dropped("qos_policy_id", "The bandwidth of a way out is the operator's."),
    ],
  },
  interface: {
    document: `${api}#routers-routers`,
    attributes: [
      mapped("router_id", "The copy of its router."),
      mapped("network_id", "The copy of its network."),
      mapped("subnet_id", "The copy of its subnet."),
      mapped("ip_address", "The router's address there, by the mapping; the subnet's gateway or another."),
      live("name", "As it is, of the router's port."),
      live("description", "As it is, of the router's port.", { extension: "standard-attr-description" }),
      ...made("mac_address"),
      dropped("security_groups", "Neutron holds no rules against a router's own ports."),
    ],
  },
  security_group: {
    document: `${api}#security-groups-security-groups`,
    attributes: [
      kept("name", "As it is; `default` is the one that the new project is born with."),
      described,
      live("stateful", "As it is.", { extension: "stateful-security-group", usual: true }),
      mapped("security_group_rules", "Each rule is an object of its own; none that the source lacks stays."),
      tags,
      shared,
      ...common,
    ],
  },
  security_group_rule: {
    document: `${api}#security-group-rules-security-group-rules`,
    attributes: [
      mapped("security_group_id", "The copy of its group."),
      kept("direction", "As it is."),
      kept("ethertype", "As it is."),
      kept("protocol", "By name or number, as it is."),
      kept("port_range_min", "As it is; for ICMP the type."),
      kept("port_range_max", "As it is; for ICMP the code."),
      mapped("remote_ip_prefix", "By the mapping where it lies inside a mapped range."),
      mapped("remote_group_id", "The copy of that group; a rule for another tenant's group is left out."),
      mapped("remote_address_group_id", "The copy of that address group; without one the rule is left out.", {
        extension: "security-groups-remote-address-group",
      }),
      described,
      dropped("tags", "Neutron shows tags of rules, and takes none."),
      ...made("normalized_cidr", "belongs_to_default_sg"),
      ...common,
    ],
  },
  address_group: {
    document: `${api}#address-groups`,
    extension: "address-group",
    attributes: [
      kept("name", "As it is."),
      described,
      mapped("addresses", "By the mapping where they lie inside a mapped range."),
      shared,
      ...common,
    ],
  },
  port: {
    document: `${api}#ports`,
    attributes: [
      kept("name", "As it is."),
      described,
      mapped("network_id", "The copy of its network."),
      kept("mac_address", "As it is."),
      mapped("fixed_ips", "Every address, by the mapping."),
      mapped("security_groups", "The copies of its groups."),
      mapped("allowed_address_pairs", "By the mapping.", { extension: "allowed-address-pairs" }),
      kept("port_security_enabled", "As it is.", { extension: "port-security" }),
      live("admin_state_up", "As it is."),
      live("extra_dhcp_opts", "As they are.", { extension: "extra_dhcp_opt" }),
      live("dns_name", "As it is.", { extension: "dns-integration" }),
      live("dns_domain", "As it is.", { extension: "dns-domain-ports" }),
      live("binding:vnic_type", "As it is.", { extension: "binding", soft: true, usual: "normal" }),
      live("propagate_uplink_status", "As it is.", {
        extension: "uplink-status-propagation",
        usual: false,
      }),
      live("numa_affinity_policy", "As it is.", { extension: "port-numa-affinity-policy" }),
      live("hints", "As they are.", { extension: "port-hints" }),
      live("hardware_offload_type", "As it is.", { extension: "port-hardware-offload-type", soft: true }),
      live("trusted", "As it is.", { extension: "port-trusted-vif", usual: false }),
      tags,
      qos,
      dropped("device_id", "The machine is not copied with its port; it is attached when there is one."),
      mapped(
        "device_owner",
        "As it is in a subnet with `service_types`, which refuses others; elsewhere Nova sets it when a machine is attached.",
      ),
      dropped("binding:host_id", operators),
      dropped("binding:profile", operators),
      dropped("data_plane_status", "What the source's network says of its wires is not true elsewhere."),
      dropped("device_profile", operators),
      dropped("mac_learning_enabled", "Only some drivers know it."),
      ...made(
        "status",
        "binding:vif_type",
        "binding:vif_details",
        "dns_assignment",
        "ip_allocation",
        "qos_network_policy_id",
        "resource_request",
        "trunk_details",
      ),
      ...common,
    ],
  },
  trunk: {
    document: `${api}#trunk-networking`,
    extension: "trunk",
    attributes: [
      kept("name", "As it is."),
      described,
      kept("admin_state_up", "As it is."),
      mapped("port_id", "The copy of its port; a trunk whose ports are not copied is left out."),
      mapped("sub_ports", "The copies of its ports, each with its segment."),
      tags,
      ...made("status"),
      ...common,
    ],
  },
  qos_policy: {
    document: `${api}#quality-of-service`,
    extension: "qos",
    attributes: [
      kept("name", "As it is."),
      described,
      kept("is_default", "As it is."),
      mapped("rules", "Each rule is an object of its own."),
      tags,
      shared,
      ...common,
    ],
  },
  rbac_policy: {
    document: `${api}#rbac-policies`,
    extension: "rbac-policies",
    attributes: [
      kept("object_type", "As it is."),
      mapped("object_id", "The copy of the object that is shared."),
      kept("action", "As it is."),
      mapped(
        "target_tenant",
        "Everybody and, within one cloud, other projects stay; the tenant itself is the copy.",
      ),
      mapped("target_project", "The same by another name."),
      ...common,
    ],
  },
} as const satisfies Partial<Readonly<Record<KindName, AttributeTable>>>

export type TabledKind = keyof typeof attributeTables

/** The table of a kind; undefined: it copies no object of Neutron's as such. */
export function tableOf(kind: KindName): AttributeTable | undefined {
  return (attributeTables as Partial<Readonly<Record<KindName, AttributeTable>>>)[kind]
}

/** Of an object as the live source shows it, what no row holds and the copy keeps. Values that say nothing are left out. */
export function liveAttributes(kind: TabledKind, seen: object): Readonly<Record<string, unknown>> {
  const shown = seen as Readonly<Record<string, unknown>>
  const table: AttributeTable = attributeTables[kind]
  return Object.fromEntries(
    table.attributes.flatMap(({ name, live }) =>
      live === true && !saysNothing(shown[name]) ? [[name, shown[name]]] : [],
    ),
  )
}

/** Neutron's words for "not set". */
export function saysNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
}

/** Attributes that cannot be known without the live source, as `kind.attribute`. */
export function liveOnly(): readonly string[] {
  return Object.entries<AttributeTable>(attributeTables).flatMap(([kind, { attributes }]) =>
    attributes.flatMap(({ name, live }) => (live === true ? [`${kind}.${name}`] : [])),
  )
}
