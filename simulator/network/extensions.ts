import type { PluggedExtension } from "../options.ts"

const aliases: readonly (readonly [alias: string, name: string])[] = [
  ["address-group", "Address group"],
  ["allowed-address-pairs", "Allowed Address Pairs"],
  ["availability_zone", "Availability Zone"],
  ["binding", "Port Binding"],
  ["dvr", "Distributed Virtual Router"],
  ["empty-string-filtering", "Empty String Filtering Extension"],
  ["ext-gw-mode", "Neutron L3 Configurable external gateway mode"],
  ["external-net", "Neutron external network"],
  ["extra_dhcp_opt", "Neutron Extra DHCP options"],
  ["extraroute", "Neutron Extra Route"],
  ["filter-validation", "Filter parameters validation"],
  ["net-mtu", "Network MTU"],
  ["net-mtu-writable", "Network MTU (writable)"],
  ["pagination", "Pagination support"],
  ["port-security", "Port Security"],
  ["port-security-groups-filtering", "Port filtering on security groups"],
  ["project-id", "project_id field enabled"],
  ["provider", "Provider Network"],
  ["quota-check-limit", "Quota engine limit check"],
  ["quota_details", "Quota details management support"],
  ["quotas", "Quota management support"],
  ["router", "Neutron L3 Router"],
  ["security-group", "security-group"],
  ["security-groups-normalized-cidr", "Normalized CIDR field for security group rules"],
  ["sorting", "Sorting support"],
  ["standard-attr-description", "standard-attr-description"],
  ["standard-attr-revisions", "Resource revision numbers"],
  ["standard-attr-tag", "Tag support for resources with standard attribute"],
  ["standard-attr-timestamp", "Resource timestamps"],
  ["stateful-security-group", "Stateful security group"],
  ["subnet-service-types", "Subnet service types"],
]

const all = aliases.map(([alias, name]) => ({
  name,
  alias,
  description: name,
  updated: "2022-01-01T00:00:00-00:00",
  links: [],
}))

/** Service plugins that an operator may leave out: the paths that they serve, and the extensions that build on them. */
const plugged: Readonly<
  Record<PluggedExtension, { readonly paths: readonly string[]; readonly builtOn: readonly string[] }>
> = {
  router: { paths: ["routers", "floatingips"], builtOn: ["dvr", "ext-gw-mode", "extraroute"] },
  "security-group": {
    paths: ["security-groups", "security-group-rules"],
    builtOn: ["port-security-groups-filtering", "security-groups-normalized-cidr", "stateful-security-group"],
  },
}

export function extensionsWithout(
  missing: readonly PluggedExtension[] = [],
): readonly (typeof all)[number][] {
  const gone = new Set(missing.flatMap((alias) => [alias, ...plugged[alias].builtOn]))
  return all.filter(({ alias }) => !gone.has(alias))
}

/** Whether a path such as `/network/v2.0/routers/ID` is one that nobody serves then. */
export function isUnserved(url: string, missing: readonly PluggedExtension[] = []): boolean {
  const [, path = ""] = /\/v2\.0\/([^/?]+)/.exec(url) ?? []
  return missing.some((alias) => plugged[alias].paths.includes(path))
}
