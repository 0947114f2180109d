import type { Port } from "../openstack/index.ts"
import { notCopiedByOwner } from "../planning/port-owners.ts"
import type { SourceNetwork, SourcePort, SourceSubnet, SourceTenant } from "../planning/source.ts"
import type { LiveSource } from "./read.ts"
import type { SourceKeys } from "./source-keys.ts"

interface Chosen {
  readonly networks: readonly SourceNetwork[]
  readonly subnets: readonly SourceSubnet[]
  readonly chosen: boolean
}

/**
 * Returns the ports as the cloud shows them. The rows determine which are copied, because they know the instances.
 * Pure.
 */
export function livePorts(
  rows: SourceTenant,
  live: LiveSource,
  keys: SourceKeys,
  { networks, subnets, chosen }: Chosen,
): Pick<SourceTenant, "ports" | "ignoredPorts"> {
  const networkIds = new Set(networks.map(({ backendId }) => backendId))
  const subnetIds = new Set(subnets.map(({ backendId }) => backendId))
  const groupIds = new Set(live.groups.map(({ id }) => id))
  const wanted = new Set(rows.ports.map(({ backendId }) => backendId))
  const refused = new Map(rows.ignoredPorts.map(({ backendId, reason }) => [backendId, reason]))
  const notCopiedReason = (port: Port): string | undefined => {
    if (!networkIds.has(port.network_id)) return "Its network belongs to another tenant or is external."
    const byRows = wanted.has(port.id) ? undefined : (refused.get(port.id) ?? notCopiedWithoutRow(port))
    if (byRows !== undefined) return byRows
    if (!port.fixed_ips.every((one) => subnetIds.has(one.subnet_id))) {
      return "One of its addresses is in a subnet of another tenant."
    }
    return port.security_groups.every((id) => groupIds.has(id))
      ? undefined
      : "It has a security group of another tenant."
  }

  const ports: SourcePort[] = []
  const ignoredPorts: SourceTenant["ignoredPorts"][number][] = []
  for (const port of live.ports) {
    if (port.device_owner.startsWith("network:")) continue
    if (chosen && !networkIds.has(port.network_id)) continue
    const reason = notCopiedReason(port)
    if (reason === undefined) ports.push(sourcePort(port, keys))
    else {
      const name = port.name || port.mac_address
      ignoredPorts.push({ key: keys.of(port.id), backendId: port.id, name, reason })
    }
  }
  return { ports, ignoredPorts }
}

/** The rule for rows, applied to a port without a row: ports of instances in state OK are copied, and free ports. */
function notCopiedWithoutRow({ device_owner: owner }: Port): string | undefined {
  return owner.startsWith("compute:")
    ? "Waldur has no row for this port, so the state of its instance is unknown."
    : notCopiedByOwner(owner)
}

function sourcePort(port: Port, keys: SourceKeys): SourcePort {
  return {
    ...keys.describe("port", port),
    network: keys.of(port.network_id),
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map(({ subnet_id, ip_address }) => ({
      subnet: keys.of(subnet_id),
      ipAddress: ip_address,
    })),
    securityGroups: port.security_groups.map((id) => keys.of(id)),
    allowedAddressPairs: port.allowed_address_pairs ?? [],
    portSecurityEnabled: port.port_security_enabled ?? true,
    deviceOwner: port.device_owner,
  }
}
