import type { PluggedExtension } from "../options.ts"

const aliases: readonly (readonly [alias: string, name: string])[] = [
  ["address-group", "Address group"],
  ["address-scope", "Address scope"],
  ["allowed-address-pairs", "Allowed Address Pairs"],
  ["availability_zone", "Availability Zone"],
  ["binding", "Port Binding"],
  ["data-plane-status", "Port data plane status"],
  ["dns-domain-ports", "dns_domain for ports"],
  ["dns-integration", "DNS Integration"],
  ["dvr", "Distributed Virtual Router"],
  ["empty-string-filtering", "Empty String Filtering Extension"],
  ["ext-gw-mode", "Neutron L3 Configurable external gateway mode"],
  ["external-net", "Neutron external network"],
  ["extra_dhcp_opt", "Neutron Extra DHCP options"],
  ["extraroute", "Neutron Extra Route"],
  ["filter-validation", "Filter parameters validation"],
  ["l3-ha", "HA Router extension"],
  ["net-mtu", "Network MTU"],
  ["net-mtu-writable", "Network MTU (writable)"],
  ["network_availability_zone", "Network Availability Zone"],
  ["pagination", "Pagination support"],
  ["port-numa-affinity-policy", "Port NUMA affinity policy"],
  ["port-security", "Port Security"],
  ["port-security-groups-filtering", "Port filtering on security groups"],
  ["project-id", "project_id field enabled"],
  ["provider", "Provider Network"],
  ["qos", "Quality of Service"],
  ["qos-bw-limit-direction", "Direction for QoS bandwidth limit rule"],
  ["qos-port-network-policy", "QoS policy of a port's network"],
  ["qos-pps", "QoS packet rate limit rule"],
  ["qos-pps-minimum", "QoS minimum packet rate rule"],
  ["quota-check-limit", "Quota ctx limit check"],
  ["quota_details", "Quota details management support"],
  ["quotas", "Quota management support"],
  ["rbac-address-group", "RBAC for address groups"],
  ["rbac-policies", "RBAC Policies"],
  ["rbac-security-groups", "RBAC for security groups"],
  ["router", "Neutron L3 Router"],
  ["router_availability_zone", "Router Availability Zone"],
  ["security-group", "security-group"],
  ["security-groups-normalized-cidr", "Normalized CIDR field for security group rules"],
  ["security-groups-remote-address-group", "Remote address group id field for security group rules"],
  ["security-groups-shared-filtering", "Security group filtering on the shared field"],
  ["sorting", "Sorting support"],
  ["standard-attr-description", "standard-attr-description"],
  ["standard-attr-revisions", "Resource revision numbers"],
  ["standard-attr-tag", "Tag support for resources with standard attribute"],
  ["standard-attr-timestamp", "Resource timestamps"],
  ["stateful-security-group", "Stateful security group"],
  ["subnet-dns-publish-fixed-ip", "Subnet DNS publish fixed IP"],
  ["subnet-service-types", "Subnet service types"],
  ["trunk", "Trunk Extension"],
  ["trunk-details", "Trunk port details"],
  ["uplink-status-propagation", "Port uplink status propagation"],
  ["vlan-transparent", "Vlantransparent"],
]

const all = aliases.map(([alias, name]) => ({
  name,
  alias,
  description: name,
  updated: "2022-01-01T00:00:00-00:00",
  links: [],
}))

/** Service plugins that an operator may leave out, with their paths and the extensions that depend on them. */
const plugged: Readonly<
  Record<PluggedExtension, { readonly paths: readonly string[]; readonly builtOn: readonly string[] }>
> = {
  router: {
    paths: ["routers", "floatingips"],
    builtOn: ["dvr", "ext-gw-mode", "extraroute", "l3-ha", "router_availability_zone"],
  },
  "security-group": {
    paths: ["security-groups", "security-group-rules"],
    builtOn: [
      "port-security-groups-filtering",
      "rbac-security-groups",
      "security-groups-normalized-cidr",
      "security-groups-remote-address-group",
      "security-groups-shared-filtering",
      "stateful-security-group",
    ],
  },
}

export function extensionsWithout(
  missing: readonly PluggedExtension[] = [],
): readonly (typeof all)[number][] {
  const gone = new Set(missing.flatMap((alias) => [alias, ...plugged[alias].builtOn]))
  return all.filter(({ alias }) => !gone.has(alias))
}

/** Whether a path such as `/network/v2.0/routers/ID` belongs to a missing service plugin. */
export function isUnserved(url: string, missing: readonly PluggedExtension[] = []): boolean {
  const [, path = ""] = /\/v2\.0\/([^/?]+)/.exec(url) ?? []
  return missing.some((alias) => plugged[alias].paths.includes(path))
}
