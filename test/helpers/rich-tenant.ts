import {
  type Cloud,
  createQosRule,
  createResource,
  createResources,
  getNetworkQuota,
  listResources,
  replaceTags,
  setNetworkQuota,
  updateResource,
} from "../../src/openstack/index.ts"

type Values = Readonly<Record<string, unknown>>

/** A project that is being enriched. */
interface Place {
  readonly cloud: Cloud
  readonly own: { readonly project_id: string }
  /** Values that a cloud without the extension refuses. */
  where(extension: string, values: Values): Values
  has(extension: string): boolean
}

/** Lists the extensions of a cloud's Neutron. */
export async function extensionsOf(cloud: Cloud): Promise<ReadonlySet<string>> {
  return new Set((await listResources(cloud, "extensions")).map(({ alias }) => alias))
}

/**
 * Creates in a project everything that a tenant's structure may have and that the demo tenants lack, as far as the cloud
 * supports it. Uses plain calls and none of the code under test.
 */
export async function enrich(cloud: Cloud, projectId: string): Promise<void> {
  const known = await extensionsOf(cloud)
  const place: Place = {
    cloud,
    own: { project_id: projectId },
    where: (extension, values) => (known.has(extension) ? values : {}),
    has: (extension) => known.has(extension),
  }
  await makeRoom(place)
  const network = await enrichNetworks(place)
  await enrichRouters(place)
  const group = await enrichGroups(place)
  const port = await enrichPorts(place, network)
  if (known.has("qos")) await enrichQos(place, network.id, port)
  if (known.has("trunk")) await enrichTrunks(place)
  if (known.has("rbac-policies")) await shareThings(place, network.id, group)
}

/** The quotas of a demo tenant fit what it has. */
async function makeRoom({ cloud, own }: Place): Promise<void> {
  const quota = Object.entries(await getNetworkQuota(cloud, own.project_id))
  const more = quota.filter(([, limit]) => limit >= 0).map(([name, limit]) => [name, limit + 60])
  await setNetworkQuota(cloud, own.project_id, Object.fromEntries(more))
}

interface RichNetwork {
  readonly id: string
  readonly slaac: string
  readonly stateful: string
  readonly special: string
}

async function enrichNetworks(place: Place): Promise<RichNetwork> {
  const { cloud, own, where } = place
  const { id } = await createResource(cloud, "networks", {
    ...own,
    name: "rich",
    description: "Everything a network may have",
    admin_state_up: false,
    mtu: 1_300,
    ...where("port-security", { port_security_enabled: false }),
    ...where("dns-integration", { dns_domain: "rich.example.org." }),
    ...where("vlan-transparent", { vlan_transparent: false }),
    ...where("network_availability_zone", { availability_zone_hints: await zones(place, "network") }),
  })
  await replaceTags(cloud, "networks", id, ["blue", "pfx:ä"])
  const modes = [
    ["slaac", "slaac"],
    ["dhcpv6-stateless", "dhcpv6-stateless"],
    ["dhcpv6-stateful", "dhcpv6-stateful"],
    [undefined, "slaac"],
  ] as const
  const six = await Promise.all(
    modes.map(([ra, address], index) =>
      createResource(cloud, "subnets", {
        ...own,
        network_id: id,
        name: `six-${index}`,
        ip_version: 6,
        cidr: `fd00:0:0:${index + 1}::/64`,
        enable_dhcp: true,
        ipv6_address_mode: address,
        ...(ra !== undefined && { ipv6_ra_mode: ra }),
        dns_nameservers: ["2001:db8::53", "2001:db8::54"],
      }),
    ),
  )
  const four = await createResource(cloud, "subnets", {
    ...own,
    network_id: id,
    name: "four",
    description: "A second family",
    ip_version: 4,
    cidr: "10.66.0.0/24",
    gateway_ip: null,
    enable_dhcp: false,
    host_routes: [{ destination: "10.99.0.0/16", nexthop: "10.66.0.9" }],
    ...where("subnet-dns-publish-fixed-ip", { dns_publish_fixed_ip: true }),
  })
  const special = await createResource(cloud, "subnets", {
    ...own,
    network_id: id,
    name: "special",
    ip_version: 4,
    cidr: "10.67.0.0/24",
    gateway_ip: "10.67.0.200",
    allocation_pools: [{ start: "10.67.0.10", end: "10.67.0.20" }],
    ...where("subnet-service-types", { service_types: ["compute:special", "network:router_interface"] }),
  })
  await replaceTags(cloud, "subnets", four.id, ["no-gateway"])
  return { id, slaac: six[0]?.id ?? "", stateful: six[2]?.id ?? "", special: special.id }
}

/** Lists the availability zones of a cloud for networks or routers. */
async function zones({ cloud }: Place, resource: "network" | "router"): Promise<readonly unknown[]> {
  const all = await listResources(cloud, "availability_zones")
  return all.filter((zone) => zone.resource === resource).map(({ name }) => name)
}

/** Creates two more routers of the special kinds in one subnet, by ports, because it has no gateway address for them. */
async function enrichRouters(place: Place): Promise<void> {
  const { cloud, own, where, has } = place
  const crossing = await createResource(cloud, "networks", { ...own, name: "crossing" })
  const subnet = await createResource(cloud, "subnets", {
    ...own,
    network_id: crossing.id,
    name: "crossing",
    ip_version: 4,
    cidr: "10.68.0.0/24",
    gateway_ip: null,
  })
  const still = { ...own, network_id: crossing.id, enable_dhcp: false, gateway_ip: null }
  const full = { ...still, name: "no pools", ip_version: 4, cidr: "10.69.0.0/24" }
  const { id: fullId } = await createResource(cloud, "subnets", full)
  await updateResource(cloud, "subnets", fullId, { allocation_pools: [] })
  await createResource(cloud, "subnets", { ...still, name: "alone", ip_version: 6, cidr: "fd00:69::8/128" })
  const [outside] = (await listResources(cloud, "routers", own)).filter((one) => one.external_gateway_info)
  const external = outside?.external_gateway_info?.network_id
  const hints = where("router_availability_zone", { availability_zone_hints: await zones(place, "router") })
  const inner = await createResource(cloud, "routers", {
    ...own,
    name: "inner",
    description: "No external gateway",
    admin_state_up: false,
    ...where("l3-ha", { ha: true }),
    ...where("dvr", { distributed: false }),
    ...hints,
  })
  await replaceTags(cloud, "routers", inner.id, ["inside"])
  const spread = await createResource(cloud, "routers", {
    ...own,
    name: "spread",
    ...where("l3-ha", { ha: false }),
    ...where("dvr", { distributed: true }),
    ...(external !== undefined && { external_gateway_info: { network_id: external } }),
  })
  for (const [index, router] of [inner, spread].entries()) {
    const port = await createResource(cloud, "ports", {
      ...own,
      network_id: crossing.id,
      name: `foot-${index}`,
      description: "Where a router stands",
      fixed_ips: [{ subnet_id: subnet.id, ip_address: `10.68.0.${index + 2}` }],
    })
    await cloud.call({
      service: "network",
      method: "PUT",
      path: `/routers/${router.id}/add_router_interface`,
      body: { port_id: port.id },
    })
  }
  await updateResource(cloud, "routers", inner.id, {
    routes: [{ destination: "10.98.0.0/16", nexthop: "10.68.0.9" }],
  })
  if (outside !== undefined && has("ext-gw-mode"))
    await updateResource(cloud, "routers", outside.id, {
      external_gateway_info: { network_id: external, enable_snat: false },
    })
}

/** Rules by every name that Neutron has for a protocol, and by number. */
const protocols = {
  IPv4: "ah dccp egp esp gre icmp igmp ipip ospf pgm rsvp sctp tcp udp udplite vrrp 61 99 255".split(" "),
  IPv6: "ipv6-encap ipv6-frag ipv6-icmp ipv6-nonxt ipv6-opts ipv6-route".split(" "),
} as const

async function enrichGroups({ cloud, own, where, has }: Place): Promise<string> {
  const lax = await createResource(cloud, "security-groups", {
    ...own,
    name: "lax",
    description: "Stateless",
    ...where("stateful-security-group", { stateful: false }),
  })
  await replaceTags(cloud, "security-groups", lax.id, ["legacy"])
  const byProtocol = Object.entries(protocols).flatMap(([ethertype, names]) =>
    names.map((protocol) => ({ ethertype, protocol, direction: "egress", description: `by ${protocol}` })),
  )
  const rules: Values[] = [
    ...byProtocol,
    { protocol: "sctp", port_range_min: 1, port_range_max: 9 },
    { protocol: "icmp", port_range_min: 8, port_range_max: 0, description: "ping" },
    { protocol: "icmp", port_range_min: 3 },
    { protocol: "ipv6-icmp", ethertype: "IPv6", port_range_min: 128 },
    { protocol: "tcp", port_range_min: 22, port_range_max: 22, remote_group_id: lax.id },
    { protocol: null, remote_ip_prefix: "10.66.0.7/32" },
    { ethertype: "IPv6", remote_ip_prefix: "fd00:0:0:3::/64" },
  ]
  if (has("security-groups-remote-address-group") && has("address-group")) {
    const group = await createResource(cloud, "address-groups", {
      ...own,
      name: "partners",
      description: "Who may call",
      addresses: ["192.0.2.0/24", "10.66.0.64/26", "2001:db8::1/128"],
    })
    rules.push({ protocol: "tcp", remote_address_group_id: group.id })
  }
  const common = { ...own, security_group_id: lax.id, direction: "ingress", ethertype: "IPv4" }
  await createResources(
    cloud,
    "security-group-rules",
    rules.map((rule) => ({ ...common, ...rule })),
  )

  const [group] = await listResources(cloud, "security-groups", { ...own, name: "default" })
  await updateResource(cloud, "security-groups", group?.id ?? "", { description: "Changed" })
  await createResource(cloud, "security-group-rules", {
    ...own,
    security_group_id: group?.id,
    direction: "ingress",
    protocol: "udp",
    remote_group_id: lax.id,
  })
  return lax.id
}

/** @returns the id of one of them */
async function enrichPorts(place: Place, network: RichNetwork): Promise<string> {
  const { cloud, own, where } = place
  const plain = await plainNetwork(place)
  const ports = await Promise.all(
    ["one", "two"].map((name, index) =>
      createResource(cloud, "ports", {
        ...own,
        ...plain,
        name: `rich-${name}`,
        description: "A port with everything",
        admin_state_up: index === 0,
        ...where("extra_dhcp_opt", {
          extra_dhcp_opts: [
            { opt_name: "bootfile-name", opt_value: "pxe.0", ip_version: 4 },
            { opt_name: "server-ip-address", opt_value: "10.66.0.3", ip_version: 4 },
          ],
        }),
        ...where("dns-integration", { dns_name: `rich-${name}` }),
        ...where("dns-domain-ports", { dns_domain: "ports.example.org." }),
        ...where("binding", { "binding:vnic_type": index === 0 ? "direct" : "normal" }),
        ...where("uplink-status-propagation", { propagate_uplink_status: index === 0 }),
        ...where("port-numa-affinity-policy", { numa_affinity_policy: "preferred" }),
      }),
    ),
  )
  // Without DHCP options, so that they can be created in bulk.
  for (const name of ["bulk-one", "bulk-two"])
    await createResource(cloud, "ports", {
      ...own,
      ...plain,
      name,
      admin_state_up: false,
      ...where("dns-integration", { dns_name: name }),
      ...where("dns-domain-ports", { dns_domain: "bulk.example.org." }),
      ...where("binding", { "binding:vnic_type": "macvtap" }),
      ...where("uplink-status-propagation", { propagate_uplink_status: false }),
      ...where("port-numa-affinity-policy", { numa_affinity_policy: "required" }),
    })
  for (const [index, { id }] of ports.entries()) await replaceTags(cloud, "ports", id, [`port-${index}`])
  // In SLAAC subnets Neutron chooses the address and refuses a given one.
  await createResource(cloud, "ports", {
    ...own,
    network_id: network.id,
    name: "auto",
    fixed_ips: [{ subnet_id: network.slaac }, { subnet_id: network.stateful, ip_address: "fd00:0:0:3::77" }],
  })
  // In a subnet with service types, other owners get no address.
  await createResource(cloud, "ports", {
    ...own,
    network_id: network.id,
    name: "special",
    fixed_ips: [{ subnet_id: network.special, ip_address: "10.67.0.66" }],
    ...where("subnet-service-types", { device_owner: "compute:special" }),
  })
  return ports[1]?.id ?? ""
}

/** An address of a port in a network that the tenant had before. */
async function plainNetwork({ cloud, own }: Place): Promise<Values> {
  const networks = await listResources(cloud, "networks", own)
  const network_id = networks.find(({ name }) => name !== "rich" && name !== "crossing")?.id ?? ""
  const [subnet] = await listResources(cloud, "subnets", { ...own, network_id, ip_version: 4 })
  return { network_id, fixed_ips: [{ subnet_id: subnet?.id }] }
}

async function enrichQos({ cloud, own, has }: Place, networkId: string, portId: string): Promise<void> {
  const policy = await createResource(cloud, "policies", {
    ...own,
    name: "slow",
    description: "Two rules",
    is_default: true,
  })
  await replaceTags(cloud, "policies", policy.id, ["bronze"])
  for (const direction of ["egress", "ingress"])
    await createQosRule(cloud, policy.id, "bandwidth_limit", {
      max_kbps: 1_000,
      max_burst_kbps: 100,
      direction,
    })
  await createQosRule(cloud, policy.id, "dscp_marking", { dscp_mark: 26 })
  const second = await createResource(cloud, "policies", { ...own, name: "sure" })
  await createQosRule(cloud, second.id, "minimum_bandwidth", { min_kbps: 10, direction: "egress" })
  if (has("qos-pps"))
    await createQosRule(cloud, second.id, "packet_rate_limit", {
      max_kpps: 5,
      max_burst_kpps: 6,
      direction: "egress",
    })
  await updateResource(cloud, "networks", networkId, { qos_policy_id: policy.id })
  await updateResource(cloud, "ports", portId, { qos_policy_id: policy.id })
}

async function enrichTrunks(place: Place): Promise<void> {
  const { cloud, own } = place
  const plain = await plainNetwork(place)
  const [parent, child] = await Promise.all(
    ["parent", "child"].map((name) => createResource(cloud, "ports", { ...own, ...plain, name })),
  )
  const trunk = await createResource(cloud, "trunks", {
    ...own,
    name: "trunk",
    description: "One below",
    admin_state_up: false,
    port_id: parent?.id,
    sub_ports: [{ port_id: child?.id, segmentation_type: "vlan", segmentation_id: 101 }],
  })
  await replaceTags(cloud, "trunks", trunk.id, ["wire"])
  // Set by Neutron's drivers when a trunk is wired; a cloud without drivers does not set it.
  await updateResource(cloud, "ports", child?.id ?? "", { device_owner: "trunk:subport" })
}

async function shareThings({ cloud, own, has }: Place, networkId: string, groupId: string): Promise<void> {
  const share = (object_type: string, object_id: string, target_tenant: string) =>
    createResource(cloud, "rbac-policies", {
      ...own,
      object_type,
      object_id,
      action: "access_as_shared",
      target_tenant,
    })
  await share("network", networkId, "*")
  if (has("rbac-security-groups")) await share("security_group", groupId, own.project_id)
  const [group] = has("rbac-address-group") ? await listResources(cloud, "address-groups", own) : []
  if (group !== undefined) await share("address_group", group.id, "*")
  const [policy] = has("qos") ? await listResources(cloud, "policies", own) : []
  if (policy !== undefined) await share("qos_policy", policy.id, "*")
}
