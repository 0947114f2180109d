/**
 * Why a port is not copied that no instance of the rows holds, by its `device_owner`; undefined: it is the tenant's
 * own. A trunk's sub port is such a one: "trunk:subport" is only what Neutron's drivers write on it (OVN when the trunk
 * is made, Open vSwitch when its machine runs).
 */
export function whyOthersPort(owner: string): string | undefined {
  if (owner === "" || owner === "trunk:subport" || owner.startsWith("compute:")) return undefined
  return `It belongs to ${owner}, which makes its ports itself.`
}
