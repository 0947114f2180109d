import type * as Neutron from "./network-types.ts"

/** Path of a collection and the keys of its bodies. */
export interface CollectionNames {
  readonly path: string
  readonly plural: string
  readonly singular: string
}

/** Neutron's collections by the last part of their paths. */
export const collections = {
  networks: { path: "/networks", plural: "networks", singular: "network" },
  subnets: { path: "/subnets", plural: "subnets", singular: "subnet" },
  ports: { path: "/ports", plural: "ports", singular: "port" },
  routers: { path: "/routers", plural: "routers", singular: "router" },
  floatingips: { path: "/floatingips", plural: "floatingips", singular: "floatingip" },
  subnetpools: { path: "/subnetpools", plural: "subnetpools", singular: "subnetpool" },
  trunks: { path: "/trunks", plural: "trunks", singular: "trunk" },
  "security-groups": { path: "/security-groups", plural: "security_groups", singular: "security_group" },
  "security-group-rules": {
    path: "/security-group-rules",
    plural: "security_group_rules",
    singular: "security_group_rule",
  },
  "address-groups": { path: "/address-groups", plural: "address_groups", singular: "address_group" },
  "address-scopes": { path: "/address-scopes", plural: "address_scopes", singular: "address_scope" },
  "rbac-policies": { path: "/rbac-policies", plural: "rbac_policies", singular: "rbac_policy" },
  policies: { path: "/qos/policies", plural: "policies", singular: "policy" },
  availability_zones: {
    path: "/availability_zones",
    plural: "availability_zones",
    singular: "availability_zone",
  },
  extensions: { path: "/extensions", plural: "extensions", singular: "extension" },
} as const satisfies Readonly<Record<string, CollectionNames>>

export type Collection = keyof typeof collections

interface ResourceTypes {
  readonly networks: Neutron.Network
  readonly subnets: Neutron.Subnet
  readonly ports: Neutron.Port
  readonly routers: Neutron.Router
  readonly floatingips: Neutron.FloatingIp
  readonly trunks: Neutron.Trunk
  readonly "security-groups": Neutron.SecurityGroup
  readonly "security-group-rules": Neutron.SecurityGroupRule
  readonly "address-groups": Neutron.AddressGroup
  readonly "rbac-policies": Neutron.RbacPolicy
  readonly policies: Neutron.QosPolicy
  readonly extensions: Neutron.Extension
}

/** Type of one resource of a collection. */
export type ResourceOf<C extends Collection> = C extends keyof ResourceTypes
  ? ResourceTypes[C]
  : Neutron.OtherResource
