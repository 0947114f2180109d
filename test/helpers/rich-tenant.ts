import {
  type Cloud,
  createQosRule,
  createResource,
  listResources,
  replaceTags,
  updateResource,
} from "../../src/openstack/index.ts"

/** Extensions of a cloud's Neutron. */
export async function extensionsOf(cloud: Cloud): Promise<ReadonlySet<string>> {
  return new Set((await listResources(cloud, "extensions")).map(({ alias }) => alias))
}

/**
 * Puts into a project everything that a tenant's structure may have and that the demo tenants do not show, as far as
 * the cloud knows it. Made by plain calls, with none of the code that replicates.
 */
export async function enrich(cloud: Cloud, projectId: string): Promise<void> {
  const own = { project_id: projectId }
  const known = await extensionsOf(cloud)
  const where = (extension: string, values: Readonly<Record<string, unknown>>) =>
    known.has(extension) ? values : {}

  const network = await createResource(cloud, "networks", {
    ...own,
    name: "rich",
    description: "Everything a network may have",
    admin_state_up: false,
    mtu: 1_300,
    ...where("port-security", { port_security_enabled: false }),
    ...where("dns-integration", { dns_domain: "rich.example.org." }),
  })
  await replaceTags(cloud, "networks", network.id, ["blue", "pfx:ä"])

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
        network_id: network.id,
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
    network_id: network.id,
    name: "four",
    description: "A second family",
    ip_version: 4,
    cidr: "10.66.0.0/24",
    gateway_ip: null,
    enable_dhcp: false,
    host_routes: [{ destination: "10.99.0.0/16", nexthop: "10.66.0.9" }],
    ...where("subnet-service-types", { service_types: ["compute:special"] }),
  })
  await replaceTags(cloud, "subnets", four.id, ["no-gateway"])

  const inner = await createResource(cloud, "routers", {
    ...own,
    name: "inner",
    description: "No way out",
    admin_state_up: false,
    ...where("l3-ha", { ha: false }),
    ...where("dvr", { distributed: false }),
  })
  await replaceTags(cloud, "routers", inner.id, ["inside"])
  const [outside] = (await listResources(cloud, "routers", own)).filter(
    (router) => router.external_gateway_info,
  )
  if (outside?.external_gateway_info && known.has("ext-gw-mode")) {
    const { network_id } = outside.external_gateway_info
    await updateResource(cloud, "routers", outside.id, {
      external_gateway_info: { network_id, enable_snat: false },
    })
  }

  const lax = await createResource(cloud, "security-groups", {
    ...own,
    name: "lax",
    description: "Stateless",
    ...where("stateful-security-group", { stateful: false }),
  })
  await replaceTags(cloud, "security-groups", lax.id, ["legacy"])
  const rules = [
    { protocol: "112" },
    { protocol: "sctp", port_range_min: 1, port_range_max: 9 },
    { protocol: "icmp", port_range_min: 8, port_range_max: 0, description: "ping" },
    { protocol: "ipv6-icmp", ethertype: "IPv6", port_range_min: 128 },
    { protocol: null, remote_ip_prefix: "10.66.0.7/32" },
    {
      protocol: "udp",
      direction: "egress",
      remote_ip_prefix: "10.0.0.0/8",
      port_range_min: 53,
      port_range_max: 53,
    },
  ]
  for (const rule of rules) {
    await createResource(cloud, "security-group-rules", {
      ...own,
      security_group_id: lax.id,
      direction: "ingress",
      ethertype: "IPv4",
      ...rule,
    })
  }
  if (known.has("security-groups-remote-address-group") && known.has("address-group")) {
    const group = await createResource(cloud, "address-groups", {
      ...own,
      name: "partners",
      description: "Who may call",
      addresses: ["192.0.2.0/24", "10.66.0.64/26", "2001:db8::1/128"],
    })
    await createResource(cloud, "security-group-rules", {
      ...own,
      security_group_id: lax.id,
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      remote_address_group_id: group.id,
    })
  }

  const [plain] = (await listResources(cloud, "networks", own)).filter(({ id }) => id !== network.id)
  const [subnet] = await listResources(cloud, "subnets", {
    ...own,
    network_id: plain?.id ?? "",
    ip_version: 4,
  })
  const ports = await Promise.all(
    ["one", "two"].map((name, index) =>
      createResource(cloud, "ports", {
        ...own,
        network_id: plain?.id,
        name: `rich-${name}`,
        description: "A port with everything",
        admin_state_up: index === 0,
        fixed_ips: [{ subnet_id: subnet?.id }],
        ...where("extra_dhcp_opt", {
          extra_dhcp_opts: [
            { opt_name: "bootfile-name", opt_value: "pxe.0", ip_version: 4 },
            { opt_name: "server-ip-address", opt_value: "10.66.0.3", ip_version: 4 },
          ],
        }),
        ...where("dns-integration", { dns_name: `rich-${name}` }),
        ...where("binding", { "binding:vnic_type": index === 0 ? "direct" : "normal" }),
        ...where("uplink-status-propagation", { propagate_uplink_status: true }),
        ...where("port-numa-affinity-policy", { numa_affinity_policy: "preferred" }),
      }),
    ),
  )
  for (const [index, { id }] of ports.entries()) await replaceTags(cloud, "ports", id, [`port-${index}`])
  // Of SLAAC subnets Neutron gives an address by itself, and refuses to be told one.
  await createResource(cloud, "ports", {
    ...own,
    network_id: network.id,
    name: "auto",
    fixed_ips: [{ subnet_id: six[0]?.id }, { subnet_id: six[2]?.id, ip_address: "fd00:0:0:3::77" }],
  })

  if (known.has("qos")) {
    const policy = await createResource(cloud, "policies", { ...own, name: "slow", description: "Two rules" })
    await createQosRule(cloud, policy.id, "bandwidth_limit", {
      max_kbps: 1_000,
      max_burst_kbps: 100,
      direction: "egress",
    })
    await createQosRule(cloud, policy.id, "dscp_marking", { dscp_mark: 26 })
    await updateResource(cloud, "networks", network.id, { qos_policy_id: policy.id })
    await updateResource(cloud, "ports", ports[1]?.id ?? "", { qos_policy_id: policy.id })
  }
  if (known.has("trunk")) {
    const parent = await createResource(cloud, "ports", { ...own, network_id: plain?.id, name: "parent" })
    const child = await createResource(cloud, "ports", { ...own, network_id: plain?.id, name: "child" })
    const trunk = await createResource(cloud, "trunks", {
      ...own,
      name: "trunk",
      description: "One below",
      port_id: parent.id,
      sub_ports: [{ port_id: child.id, segmentation_type: "vlan", segmentation_id: 101 }],
    })
    await replaceTags(cloud, "trunks", trunk.id, ["wire"])
  }
  if (known.has("rbac-policies")) {
    await createResource(cloud, "rbac-policies", {
      ...own,
      object_type: "network",
      object_id: network.id,
      action: "access_as_shared",
      target_tenant: "*",
    })
    if (known.has("rbac-security-groups")) {
      await createResource(cloud, "rbac-policies", {
        ...own,
        object_type: "security_group",
        object_id: lax.id,
        action: "access_as_shared",
        target_tenant: projectId,
      })
    }
  }
}
