import type { Port } from "../openstack/index.ts"
import { whyOthersPort } from "../planning/port-owners.ts"
import type { SourceNetwork, SourcePort, SourceSubnet, SourceTenant } from "../planning/source.ts"
import type { Names } from "./names.ts"
import type { LiveSource } from "./read.ts"

interface Chosen {
  readonly networks: readonly SourceNetwork[]
  readonly subnets: readonly SourceSubnet[]
  readonly chosen: boolean
}

/** The ports as the cloud shows them. Whether one is copied is the rows' to say, for they know the instances. */
export function livePorts(
  rows: SourceTenant,
  live: LiveSource,
  known: Names,
  { networks, subnets, chosen }: Chosen,
): Pick<SourceTenant, "ports" | "ignoredPorts"> {
  const networkIds = new Set(networks.map(({ backendId }) => backendId))
  const subnetIds = new Set(subnets.map(({ backendId }) => backendId))
  const groupIds = new Set(live.groups.map(({ id }) => id))
  const wanted = new Set(rows.ports.map(({ backendId }) => backendId))
  const refused = new Map(rows.ignoredPorts.map(({ backendId, reason }) => [backendId, reason]))
  const whyNot = (port: Port): string | undefined => {
    if (!networkIds.has(port.network_id))
      return "Its network belongs to another tenant or is external."
    const byRows = wanted.has(port.id) ? undefined : (refused.get(port.id) ?? whyNotWithoutRow(port))
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
    const reason = whyNot(port)
    if (reason === undefined) ports.push(sourcePort(port, known))
    else {
      const name = port.name || port.mac_address
      ignoredPorts.push({ key: known.key(port.id), backendId: port.id, name, reason })
    }
  }
  return { ports, ignoredPorts }
}

/** The same rule as for rows: ports of instances that are OK, and free ones. */
function whyNotWithoutRow({ device_owner: owner }: Port): string | undefined {
  return owner.startsWith("compute:")
    ? "Waldur has no row for this port, so the state of its instance is unknown."
    : whyOthersPort(owner)
}

function sourcePort(port: Port, known: Names): SourcePort {
  return {
    ...known.named("port", port),
    network: known.key(port.network_id),
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map(({ subnet_id, ip_address }) => ({
      subnet: known.key(subnet_id),
      ipAddress: ip_address,
    })),
    securityGroups: port.security_groups.map((id) => known.key(id)),
    allowedAddressPairs: port.allowed_address_pairs ?? [],
    portSecurityEnabled: port.port_security_enabled ?? true,
    deviceOwner: port.device_owner,
  }
}
