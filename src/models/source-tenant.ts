import type {
  AddressRange,
  SourceNetwork,
  SourceRouter,
  SourceRule,
  SourceSecurityGroup,
  SourceSubnet,
  SourceTenant,
  StaticRoute,
} from "../planning/source.ts"
import { inferRouterConnections } from "../planning/topology.ts"
import type { Db } from "./database.ts"
import { parseJson } from "./json.ts"
import { anyPort } from "./rows.ts"
import { rowIdentity } from "./source-identity.ts"
import { isNetworkPort, type RowFixedIp, sourcePorts } from "./source-ports.ts"
import { type Row, readTenantRows, type TenantRows } from "./tenant-rows.ts"
import { hex } from "./uuid.ts"

/**
 * Reads a tenant's structure from the host's rows.
 * @param networks ids of the networks to copy; undefined: all
 */
export async function readSourceTenant(
  db: Db,
  tenantId: number,
  networks?: readonly number[],
): Promise<SourceTenant> {
  return sourceTenant(await readTenantRows(db, tenantId), networks)
}

function sourceTenant(rows: TenantRows, chosen: readonly number[] | undefined): SourceTenant {
  const networkRows = rows.networks.filter(({ id }) => chosen === undefined || chosen.includes(id))
  const networkKeys = new Map(networkRows.map((row) => [row.id, hex(row.uuid)]))
  const groupKeys = new Map(rows.groups.map((row) => [row.id, hex(row.uuid)]))
  const subnetRows = rows.subnets.filter((row) => networkKeys.has(row.network_id))
  const subnets = subnetRows.map((row) => sourceSubnet(row, networkKeys.get(row.network_id) ?? ""))
  const subnetKeys = new Map(subnets.map((subnet) => [subnet.backendId, subnet.key]))
  const { ports, ignoredPorts } = sourcePorts(rows, {
    networks: networkKeys,
    subnets: subnetKeys,
    groups: groupKeys,
  })
  return {
    name: rows.tenant.name,
    description: rows.tenant.description,
    networks: networkRows.map(sourceNetwork),
    subnets,
    routers: sourceRouters(rows, subnetKeys),
    securityGroups: rows.groups.map((row) => sourceGroup(row, rows.rules, groupKeys)),
    ports,
    ignoredPorts,
    quotas: rows.quotas,
  }
}

function sourceNetwork(row: Row<"openstack_network">): SourceNetwork {
  return { ...rowIdentity(row), mtu: row.mtu }
}

function sourceSubnet(row: Row<"openstack_subnet">, network: string): SourceSubnet {
  return {
    ...rowIdentity(row),
    network,
    cidr: row.cidr,
    ipVersion: row.ip_version === 6 ? 6 : 4,
    // A row that was pulled from a cloud has disable_gateway false even if the subnet has no gateway.
    gatewayIp: row.disable_gateway ? null : row.gateway_ip,
    enableDhcp: row.enable_dhcp,
    allocationPools: parseJson<readonly AddressRange[]>(row.allocation_pools, []),
    dnsNameservers: parseJson<readonly string[]>(row.dns_nameservers, []),
    hostRoutes: parseJson<readonly StaticRoute[]>(row.host_routes, []),
  }
}

function sourceRouters(rows: TenantRows, subnetKeys: ReadonlyMap<string, string>): readonly SourceRouter[] {
  const chosenKeys = new Set(subnetKeys.values())
  const allKeys = new Map(rows.subnets.map((row) => [row.backend_id, hex(row.uuid)]))
  const connections = inferRouterConnections(
    rows.routers.map((row) => ({
      backendId: row.backend_id,
      addresses: parseJson<readonly (string | { ip_address: string })[]>(row.fixed_ips, []).map((address) =>
        typeof address === "string" ? address : address.ip_address,
      ),
      ports: rows.ports
        .filter((port) => port.device_id === row.backend_id && isNetworkPort(port))
        .map((port) => ({
          owner: port.device_owner ?? "",
          fixedIps: parseJson<readonly RowFixedIp[]>(port.fixed_ips, []).map(({ subnet_id, ip_address }) => ({
            subnet: allKeys.get(subnet_id),
            ipAddress: ip_address,
          })),
        })),
    })),
    rows.subnets.map((row) => ({ ...sourceSubnet(row, ""), isConnected: row.is_connected })),
  )
  return rows.routers.map((row, index) => ({
    ...rowIdentity(row),
    routes: parseJson<readonly StaticRoute[]>(row.routes, []),
    interfaces: connections[index]?.interfaces.filter(({ subnet }) => chosenKeys.has(subnet)) ?? [],
    hasGateway: connections[index]?.hasGateway ?? null,
  }))
}

function sourceGroup(
  row: Row<"openstack_securitygroup">,
  rules: readonly Row<"openstack_securitygrouprule">[],
  groupKeys: ReadonlyMap<number, string>,
): SourceSecurityGroup {
  const own = rules.filter((rule) => rule.security_group_id === row.id)
  // Rules have no uuid in Waldur.
  return {
    ...rowIdentity(row),
    rules: own.map((rule) => sourceRule(rule, `${hex(row.uuid)}-${rule.id}`, groupKeys)),
  }
}

function sourceRule(
  rule: Row<"openstack_securitygrouprule">,
  key: string,
  groupKeys: ReadonlyMap<number, string>,
): SourceRule {
  const { remote_group_id: remoteGroupId } = rule
  return {
    key,
    backendId: rule.backend_id,
    direction: rule.direction === "egress" ? "egress" : "ingress",
    ethertype: rule.ethertype.toLowerCase() === "ipv6" ? "IPv6" : "IPv4",
    protocol: rule.protocol === "" ? null : rule.protocol,
    portMin: portOrAny(rule.from_port),
    portMax: portOrAny(rule.to_port),
    remoteIpPrefix: rule.cidr === "" ? null : rule.cidr,
    remoteGroup: remoteGroupId === null ? null : (groupKeys.get(remoteGroupId) ?? "elsewhere"),
    description: rule.description,
  }
}

function portOrAny(port: number | null): number | null {
  return port === anyPort ? null : port
}
