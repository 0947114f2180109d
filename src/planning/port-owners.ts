/**
 * Owners of ports that are interfaces of routers: plain, distributed and highly available ones. Other ports of routers
 * belong to the cloud itself.
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
 * Returns why a port without an instance in Waldur's rows is not copied, by its `device_owner`; undefined: it is the
 * tenant's own port, and is copied. That holds for sub ports of trunks: Neutron's drivers set "trunk:subport" (OVN when
 * the trunk is created, Open vSwitch when its instance runs).
 */
export function notCopiedByOwner(owner: string): string | undefined {
  if (owner === "" || owner === "trunk:subport" || owner.startsWith("compute:")) return undefined
  return `It belongs to ${owner}, which creates its ports itself.`
}
