/**
 * Owners of the ports by which a router stands in a subnet: of plain, distributed and highly available routers. Other
 * ports of routers are the cloud's own.
 */
const interfaceOwners = [
  "network:router_interface",
  "network:router_interface_distributed",
  "network:ha_router_replicated_interface",
]

export function isInterface({ device_owner: owner }: { readonly device_owner: string }): boolean {
  return interfaceOwners.includes(owner)
}

/**
 * Why a port is not copied that no instance of the rows holds, by its `device_owner`; undefined: it is the tenant's
 * own. A trunk's sub port is such a one: "trunk:subport" is only what Neutron's drivers write on it (OVN when the trunk
 * is made, Open vSwitch when its machine runs).
 */
export function notCopiedByOwner(owner: string): string | undefined {
  if (owner === "" || owner === "trunk:subport" || owner.startsWith("compute:")) return undefined
  return `It belongs to ${owner}, which creates its ports itself.`
}
