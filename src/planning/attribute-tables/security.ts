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
  sameValue,
  shared,
  tags,
} from "./attribute.ts"

export const securityGroup = {
  document: `${networkApi}#security-groups-security-groups`,
  attributes: [
    kept("name", "Same value. `default` is the group that Neutron creates with the project."),
    description,
    liveOnly("stateful", sameValue, { extension: "stateful-security-group", defaultValue: true }),
    mapped(
      "security_group_rules",
      "Each rule is an object of its own. Default rules that the source lacks are deleted.",
    ),
    tags,
    shared,
    ...common,
  ],
} as const satisfies AttributeTable

export const securityGroupRule = {
  document: `${networkApi}#security-group-rules-security-group-rules`,
  attributes: [
    mapped("security_group_id", "The copy of its group."),
    kept("direction"),
    kept("ethertype"),
    kept("protocol", "Same value, a name or a number."),
    kept("port_range_min", "Same value; for ICMP the type."),
    kept("port_range_max", "Same value; for ICMP the code."),
    mapped("remote_ip_prefix", "By the CIDR mapping where it lies inside a mapped range."),
    mapped(
      "remote_group_id",
      "The copy of that group. A rule that refers to another tenant's group is not copied.",
    ),
    mapped(
      "remote_address_group_id",
      "The copy of that address group. A rule without a copy is not copied.",
      {
        extension: "security-groups-remote-address-group",
      },
    ),
    description,
    dropped("tags", "Neutron shows tags of rules, but does not accept them."),
    ...made("normalized_cidr", "belongs_to_default_sg"),
    ...common,
  ],
} as const satisfies AttributeTable

export const addressGroup = {
  document: `${networkApi}#address-groups`,
  extension: "address-group",
  attributes: [
    kept("name"),
    description,
    mapped("addresses", "By the CIDR mapping where they lie inside a mapped range."),
    shared,
    ...common,
  ],
} as const satisfies AttributeTable
