import {
  type AttributeTable,
  common,
  description,
  dropped,
  kept,
  liveOnly,
  made,
  mapped,
  networkApi,
  ofOperator,
  sameValue,
  tags,
} from "./attribute.ts"

export const router = {
  document: `${networkApi}#routers-routers`,
  attributes: [
    kept("name"),
    description,
    liveOnly("admin_state_up"),
    mapped(
      "external_gateway_info",
      "A gateway in the destination's external network, for routers that have one at the source.",
    ),
    dropped("external_gateways", "The copy of a router has one external gateway: see external_gateway_info."),
    mapped(
      "routes",
      "By the rule of static routes and the CIDR mapping. The report lists routes not copied.",
    ),
    liveOnly("distributed", "Same value if the destination permits it.", {
      extension: "dvr",
      optional: true,
      defaultValue: false,
    }),
    liveOnly("ha", "Same value if the destination permits it.", {
      extension: "l3-ha",
      optional: true,
      defaultValue: false,
    }),
    liveOnly("availability_zone_hints", "Same values if the destination has zones of these names.", {
      extension: "router_availability_zone",
      optional: "AvailabilityZoneNotFound",
    }),
    liveOnly("enable_ndp_proxy", sameValue, {
      extension: "l3-ndp-proxy",
      optional: "RouterGatewayNotValid",
      defaultValue: false,
    }),
    liveOnly("enable_default_route_bfd", sameValue, {
      extension: "enable-default-route-bfd",
      defaultValue: false,
    }),
    liveOnly("enable_default_route_ecmp", sameValue, {
      extension: "enable-default-route-ecmp",
      defaultValue: false,
    }),
    tags,
    dropped("flavor_id", ofOperator),
    dropped("service_type_id", ofOperator),
    dropped("evpn_vni", ofOperator),
    dropped("conntrack_helpers", "Connection tracking helpers are not copied."),
    ...made("status", "availability_zones"),
    ...common,
  ],
} as const satisfies AttributeTable

export const gateway = {
  document: `${networkApi}#routers-routers`,
  attributes: [
    mapped(
      "network_id",
      "The customer's external network at the destination, or that of the destination's settings.",
    ),
    liveOnly("enable_snat", sameValue, { extension: "ext-gw-mode", defaultValue: true }),
    dropped("external_fixed_ips", "The destination assigns addresses of its external network."),
    dropped(
      "external_gateways",
      "The copy of a router has one external gateway; the report lists the others.",
    ),
    dropped("qos_policy_id", "The operator sets the bandwidth of an external gateway."),
  ],
} as const satisfies AttributeTable

export const routerInterface = {
  document: `${networkApi}#routers-routers`,
  attributes: [
    mapped("router_id", "The copy of its router."),
    mapped("network_id", "The copy of its network."),
    mapped("subnet_id", "The copy of its subnet."),
    mapped("ip_address", "The router's address in the subnet, by the CIDR mapping."),
    liveOnly("name", "Name of the router's port, unchanged."),
    liveOnly("description", "Description of the router's port, unchanged.", {
      extension: "standard-attr-description",
    }),
    ...made("mac_address"),
    dropped("security_groups", "Neutron applies no security group to a router's own ports."),
  ],
} as const satisfies AttributeTable
