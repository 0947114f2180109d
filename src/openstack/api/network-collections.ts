import type * as Neutron from "./network-types.ts"

/** Where a collection is, and the keys of its bodies. */
export interface CollectionNames {
  readonly path: string
  readonly many: string
  readonly one: string
}

/** Neutron's collections by their names in addresses. */
export const collections = {
  networks: { path: "/networks", many: "networks", one: "network" },
  subnets: { path: "/subnets", many: "subnets", one: "subnet" },
  ports: { path: "/ports", many: "ports", one: "port" },
  routers: { path: "/routers", many: "routers", one: "router" },
  floatingips: { path: "/floatingips", many: "floatingips", one: "floatingip" },
  subnetpools: { path: "/subnetpools", many: "subnetpools", one: "subnetpool" },
  trunks: { path: "/trunks", many: "trunks", one: "trunk" },
  "security-groups": { path: "/security-groups", many: "security_groups", one: "security_group" },
  "security-group-rules": {
    path: "/security-group-rules",
    many: "security_group_rules",
    one: "security_group_rule",
  },
  "address-groups": { path: "/address-groups", many: "address_groups", one: "address_group" },
  "address-scopes": { path: "/address-scopes", many: "address_scopes", one: "address_scope" },
  "rbac-policies": { path: "/rbac-policies", many: "rbac_policies", one: "rbac_policy" },
  policies: { path: "/qos/policies", many: "policies", one: "policy" },
  availability_zones: { path: "/availability_zones", many: "availability_zones", one: "availability_zone" },
  extensions: { path: "/extensions", many: "extensions", one: "extension" },
} as const satisfies Readonly<Record<string, CollectionNames>>

export type Collection = keyof typeof collections

interface Typed {
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

/** What Neutron answers for one resource of a collection. */
export type ResourceOf<C extends Collection> = C extends keyof Typed ? Typed[C] : Neutron.OtherResource
