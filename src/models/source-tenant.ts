import { whyOthersPort } from "../planning/port-owners.ts"
import type {
  AddressPair,
  AddressRange,
  SourceNetwork,
  SourcePort,
  SourceRouter,
  SourceRule,
  SourceSecurityGroup,
  SourceSubnet,
  SourceTenant,
  StaticRoute,
} from "../planning/source.ts"
import { placeRouters } from "../planning/topology.ts"
import { CoreState } from "./codes.ts"
import type { Db } from "./database.ts"
import { parseJson } from "./json.ts"
import { type Row, readTenantRows, type TenantRows } from "./tenant-rows.ts"
import { hex } from "./uuid.ts"

/**
 * Reads a tenant's structure from the host's rows.
 * @param networks ids of the networks to take; undefined takes all
 */
export async function readSourceTenant(
  db: Db,
  tenantId: number,
  networks?: readonly number[],
): Promise<SourceTenant> {
  return toSource(await readTenantRows(db, tenantId), networks)
}

function toSource(rows: TenantRows, chosen: readonly number[] | undefined): SourceTenant {
  const networkRows = rows.networks.filter(({ id }) => chosen === undefined || chosen.includes(id))
  const networkKeys = new Map(networkRows.map((row) => [row.id, hex(row.uuid)]))
  const groupKeys = new Map(rows.groups.map((row) => [row.id, hex(row.uuid)]))
  const subnetRows = rows.subnets.filter((row) => networkKeys.has(row.network_id))
  const subnets = subnetRows.map((row) => subnetOf(row, networkKeys.get(row.network_id) ?? ""))
  const subnetKeys = new Map(subnets.map((subnet) => [subnet.backendId, subnet.key]))
  const { ports, ignoredPorts } = portsOf(rows, networkKeys, subnetKeys, groupKeys)
  return {
    name: rows.tenant.name,
    description: rows.tenant.description,
    networks: networkRows.map(networkOf),
    subnets,
    routers: routersOf(rows, subnetKeys),
    securityGroups: rows.groups.map((row) => groupOf(row, rows.rules, groupKeys)),
    ports,
    ignoredPorts,
    quotas: rows.quotas,
  }
}

function named(row: { uuid: string; backend_id: string; name: string; description: string }) {
  return { key: hex(row.uuid), backendId: row.backend_id, name: row.name, description: row.description }
}

function networkOf(row: Row<"openstack_network">): SourceNetwork {
  return { ...named(row), mtu: row.mtu }
}

function subnetOf(row: Row<"openstack_subnet">, network: string): SourceSubnet {
  return {
    ...named(row),
    network,
    cidr: row.cidr,
    ipVersion: row.ip_version === 6 ? 6 : 4,
    // A row that was pulled from a cloud has disable_gateway false even where the subnet has no gateway.
    gatewayIp: row.disable_gateway ? null : row.gateway_ip,
    enableDhcp: row.enable_dhcp,
    allocationPools: parseJson<readonly AddressRange[]>(row.allocation_pools, []),
    dnsNameservers: parseJson<readonly string[]>(row.dns_nameservers, []),
    hostRoutes: parseJson<readonly StaticRoute[]>(row.host_routes, []),
  }
}

interface RowFixedIp {
  readonly subnet_id: string
  readonly ip_address: string
}

function routersOf(rows: TenantRows, subnetKeys: ReadonlyMap<string, string>): readonly SourceRouter[] {
  const chosenKeys = new Set(subnetKeys.values())
  const allKeys = new Map(rows.subnets.map((row) => [row.backend_id, hex(row.uuid)]))
  const places = placeRouters(
    rows.routers.map((row) => ({
      backendId: row.backend_id,
      addresses: parseJson<readonly (string | { ip_address: string })[]>(row.fixed_ips, []).map((address) =>
        typeof address === "string" ? address : address.ip_address,
      ),
      ports: rows.ports
        .filter(
          (port) => port.device_id === row.backend_id && (port.device_owner ?? "").startsWith("network:"),
        )
        .map((port) => ({
          owner: port.device_owner ?? "",
          fixedIps: parseJson<readonly RowFixedIp[]>(port.fixed_ips, []).map(({ subnet_id, ip_address }) => ({
            subnet: allKeys.get(subnet_id),
            ipAddress: ip_address,
          })),
        })),
    })),
    rows.subnets.map((row) => ({ ...subnetOf(row, ""), isConnected: row.is_connected })),
  )
  return rows.routers.map((row, index) => ({
    ...named(row),
    routes: parseJson<readonly StaticRoute[]>(row.routes, []),
    interfaces: places[index]?.interfaces.filter(({ subnet }) => chosenKeys.has(subnet)) ?? [],
    hasGateway: places[index]?.hasGateway ?? null,
  }))
}

function groupOf(
  row: Row<"openstack_securitygroup">,
  rules: readonly Row<"openstack_securitygrouprule">[],
  groupKeys: ReadonlyMap<number, string>,
): SourceSecurityGroup {
  return {
    ...named(row),
    rules: rules
      .filter((rule) => rule.security_group_id === row.id)
      .map(
        (rule): SourceRule => ({
          // Rules have no uuid in Waldur.
          key: `${hex(row.uuid)}-${rule.id}`,
          backendId: rule.backend_id,
          direction: rule.direction === "egress" ? "egress" : "ingress",
          ethertype: rule.ethertype.toLowerCase() === "ipv6" ? "IPv6" : "IPv4",
          protocol: rule.protocol === "" ? null : rule.protocol,
          portMin: anyPort(rule.from_port),
          portMax: anyPort(rule.to_port),
          remoteIpPrefix: rule.cidr === "" ? null : rule.cidr,
          remoteGroup:
            rule.remote_group_id === null ? null : (groupKeys.get(rule.remote_group_id) ?? "elsewhere"),
          description: rule.description,
        }),
      ),
  }
}

/** Waldur writes -1 for "any". */
function anyPort(port: number | null): number | null {
  return port === -1 ? null : port
}

function portsOf(
  rows: TenantRows,
  networkKeys: ReadonlyMap<number, string>,
  subnetKeys: ReadonlyMap<string, string>,
  groupKeys: ReadonlyMap<number, string>,
): Pick<SourceTenant, "ports" | "ignoredPorts"> {
  const groupsOfPort = Map.groupBy(rows.portGroups, (link) => link.port_id)
  const ports: SourcePort[] = []
  const ignoredPorts: { key: string; backendId: string; name: string; reason: string }[] = []
  for (const row of rows.ports) {
    const network = row.network_id === null ? undefined : networkKeys.get(row.network_id)
    // The cloud makes its own ports for DHCP; those of routers are copied as interfaces and gateways.
    if (network === undefined || (row.device_owner ?? "").startsWith("network:")) continue
    const addresses = parseJson<readonly RowFixedIp[]>(row.fixed_ips, [])
    const groups = (groupsOfPort.get(row.id) ?? []).map((link) => groupKeys.get(link.securitygroup_id))
    const reason =
      whyNotCopied(row, rows.instanceStates) ??
      (addresses.every(({ subnet_id }) => subnetKeys.has(subnet_id))
        ? undefined
        : "One of its addresses lies in a subnet that has no row here.") ??
      (groups.includes(undefined) ? "It has a security group of another tenant." : undefined)
    if (reason !== undefined) {
      ignoredPorts.push({
        key: hex(row.uuid),
        backendId: row.backend_id,
        name: row.name || row.mac_address,
        reason,
      })
      continue
    }
    ports.push({
      ...named(row),
      network,
      macAddress: row.mac_address,
      fixedIps: addresses.map(({ subnet_id, ip_address }) => ({
        subnet: subnetKeys.get(subnet_id) ?? "",
        ipAddress: ip_address,
      })),
      securityGroups: groups.filter((group) => group !== undefined),
      allowedAddressPairs: parseJson<readonly AddressPair[]>(row.allowed_address_pairs, []),
      portSecurityEnabled: row.port_security_enabled,
    })
  }
  return { ports, ignoredPorts }
}

/** Copied are ports of instances that are OK, and free ports (virtual addresses): Waldur's `sync_instance_ports`. */
function whyNotCopied(
  row: Row<"openstack_port">,
  instanceStates: ReadonlyMap<number, number>,
): string | undefined {
  if (row.instance_id !== null) {
    return instanceStates.get(row.instance_id) === CoreState.OK
      ? undefined
      : "Its instance is not in state OK."
  }
  return whyOthersPort(row.device_owner ?? "")
}
