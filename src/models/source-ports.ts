import { notCopiedByOwner } from "../planning/port-owners.ts"
import type { AddressPair, SourcePort, SourceTenant } from "../planning/source.ts"
import { CoreState } from "./codes.ts"
import { parseJson } from "./json.ts"
import { rowIdentity } from "./source-identity.ts"
import type { Row, TenantRows } from "./tenant-rows.ts"
import { hex } from "./uuid.ts"

/** An address of a port, as Waldur writes it. */
export interface RowFixedIp {
  readonly subnet_id: string
  readonly ip_address: string
}

/** Keys of the objects that are copied. */
interface CopiedKeys {
  /** By the id of the row. */
  readonly networks: ReadonlyMap<number, string>
  /** By the id in the cloud. */
  readonly subnets: ReadonlyMap<string, string>
  /** By the id of the row. */
  readonly groups: ReadonlyMap<number, string>
}

/** Returns the ports of the copied networks: those to copy, and those that are not copied, with the reason. */
export function sourcePorts(
  rows: TenantRows,
  keys: CopiedKeys,
): Pick<SourceTenant, "ports" | "ignoredPorts"> {
  const groupsOfPort = Map.groupBy(rows.portGroups, (link) => link.port_id)
  const ports: SourcePort[] = []
  const ignoredPorts: SourceTenant["ignoredPorts"][number][] = []
  for (const row of rows.ports) {
    const network = row.network_id === null ? undefined : keys.networks.get(row.network_id)
    if (network === undefined || isNetworkPort(row)) continue
    const addresses = parseJson<readonly RowFixedIp[]>(row.fixed_ips, [])
    const groups = (groupsOfPort.get(row.id) ?? []).map((link) => keys.groups.get(link.securitygroup_id))
    const reason =
      notCopiedByInstance(row, rows.instanceStates) ?? notCopiedByReferences(addresses, groups, keys)
    if (reason === undefined) ports.push(sourcePort(row, { network, addresses, groups }, keys))
    else {
      const name = row.name || row.mac_address
      ignoredPorts.push({ key: hex(row.uuid), backendId: row.backend_id, name, reason })
    }
  }
  return { ports, ignoredPorts }
}

/** Whether Neutron created the port: for DHCP, or for a router, whose ports are copied as interfaces and external gateways. */
export function isNetworkPort({ device_owner }: Row<"openstack_port">): boolean {
  return (device_owner ?? "").startsWith("network:")
}

/** Ports of instances that are OK and free ports (virtual addresses) are copied, as by Waldur's `sync_instance_ports`. */
function notCopiedByInstance(
  row: Row<"openstack_port">,
  instanceStates: ReadonlyMap<number, number>,
): string | undefined {
  if (row.instance_id === null) return notCopiedByOwner(row.device_owner ?? "")
  return instanceStates.get(row.instance_id) === CoreState.OK ? undefined : "Its instance is not in state OK."
}

function notCopiedByReferences(
  addresses: readonly RowFixedIp[],
  groups: readonly (string | undefined)[],
  { subnets }: CopiedKeys,
): string | undefined {
  if (!addresses.every(({ subnet_id }) => subnets.has(subnet_id)))
    return "One of its addresses is in a subnet that has no row in the host's database."
  return groups.includes(undefined) ? "It has a security group of another tenant." : undefined
}

function sourcePort(
  row: Row<"openstack_port">,
  to: {
    readonly network: string
    readonly addresses: readonly RowFixedIp[]
    readonly groups: readonly (string | undefined)[]
  },
  { subnets }: CopiedKeys,
): SourcePort {
  return {
    ...rowIdentity(row),
    network: to.network,
    macAddress: row.mac_address,
    fixedIps: to.addresses.map(({ subnet_id, ip_address }) => ({
      subnet: subnets.get(subnet_id) ?? "",
      ipAddress: ip_address,
    })),
    securityGroups: to.groups.filter((group) => group !== undefined),
    allowedAddressPairs: parseJson<readonly AddressPair[]>(row.allowed_address_pairs, []),
    portSecurityEnabled: row.port_security_enabled,
  }
}
