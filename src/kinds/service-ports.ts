import {
  type AddressRange,
  type Cloud,
  type FixedIp,
  getResource,
  listResources,
  type Subnet,
  updateResource,
} from "../openstack/index.ts"
import { formatAddress, parseAddress } from "../planning/addresses.ts"

/**
 * Owners of the ports that a cloud creates in a network by itself, for DHCP and metadata, with any address of the pools.
 * Their agents follow them to another address.
 */
const owners = ["network:dhcp", "network:distributed"]

export function addressKey({ subnet_id, ip_address }: FixedIp): string {
  return `${subnet_id} ${ip_address}`
}

/**
 * Moves the cloud's own ports away from addresses that other ports of the network shall have. Returns whether at least
 * one port was moved.
 */
export async function moveServicePorts(
  cloud: Cloud,
  networkId: string,
  wanted: readonly FixedIp[],
): Promise<boolean> {
  const ports = await listResources(cloud, "ports", { network_id: networkId })
  const keys = new Set(wanted.map(addressKey))
  const blocking = ports.filter(
    (port) => owners.includes(port.device_owner) && port.fixed_ips.some((one) => keys.has(addressKey(one))),
  )
  const taken = new Set([...keys, ...ports.flatMap((port) => port.fixed_ips.map(addressKey))])
  for (const port of blocking) {
    const fixed_ips: FixedIp[] = []
    for (const one of port.fixed_ips) {
      if (!keys.has(addressKey(one))) fixed_ips.push(one)
      else {
        // Given a subnet without an address, Neutron would not move the port.
        const free = freeAddress(await getResource(cloud, "subnets", one.subnet_id), taken)
        if (free === undefined) return false
        taken.add(addressKey(free))
        fixed_ips.push(free)
      }
    }
    await updateResource(cloud, "ports", port.id, { fixed_ips })
  }
  return blocking.length > 0
}

/** Returns the last free address of a subnet's pools, because tenants use the first ones. */
function freeAddress({ id, allocation_pools }: Subnet, taken: ReadonlySet<string>): FixedIp | undefined {
  for (const { start, end } of allocation_pools.toSorted(byEnd)) {
    const [first, last] = [parseAddress(start), parseAddress(end)]
    if (first === undefined || last === undefined) continue
    for (let value = last.value; value >= first.value; value--) {
      const one = { subnet_id: id, ip_address: formatAddress({ version: last.version, value }) }
      if (!taken.has(addressKey(one))) return one
    }
  }
  return undefined
}

function byEnd(a: AddressRange, b: AddressRange): number {
  const [left, right] = [parseAddress(a.end)?.value ?? 0n, parseAddress(b.end)?.value ?? 0n]
  return left > right ? -1 : left < right ? 1 : 0
}
