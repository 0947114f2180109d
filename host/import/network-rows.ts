import type { SecurityGroupRule, Subnet } from "../../src/openstack/index.ts"
import { insertRefs, insertRows, type Queryable, type Row, type RowRef } from "../waldur/insert.ts"
import type { LiveTenant } from "./live-tenant.ts"

/** The columns by which every OpenStack row belongs to a tenant, a project and a cloud. */
export interface Owner {
  readonly tenant_id: number
  readonly project_id: number
  readonly service_settings_id: number
}

/** Rows by OpenStack's ids. */
export type Refs = ReadonlyMap<string, RowRef>

const OK = 3

/** What Waldur writes for "any port" of a rule. */
const anyPort = -1

interface Named {
  readonly id: string
  readonly name: string
  readonly description?: string | null
}

/** Returns the columns that the rows of all OpenStack objects share. */
export function commonColumns({ id, name, description }: Named, owner: Owner): Row {
  return { ...owner, name, description: description ?? "", backend_id: id, state: OK }
}

export function importNetworks(db: Queryable, { networks }: LiveTenant, owner: Owner): Promise<Refs> {
  return insertAll(db, "openstack_network", networks, (network) => ({
    ...commonColumns(network, owner),
    runtime_state: network.status,
    is_external: network["router:external"],
    type: network["provider:network_type"] ?? "",
    segmentation_id: network["provider:segmentation_id"] ?? null,
    mtu: network.mtu ?? null,
  }))
}

export function importSubnets(db: Queryable, live: LiveTenant, owner: Owner, networks: Refs): Promise<Refs> {
  const connected = connectedSubnets(live)
  return insertAll(db, "openstack_subnet", live.subnets, (subnet) => ({
    ...commonColumns(subnet, owner),
    ...subnetColumns(subnet),
    network_id: networks.get(subnet.network_id)?.id,
    is_connected: connected.has(subnet.id),
  }))
}

function subnetColumns(subnet: Subnet): Row {
  return {
    cidr: subnet.cidr,
    gateway_ip: subnet.gateway_ip,
    disable_gateway: subnet.gateway_ip === null,
    ip_version: subnet.ip_version,
    enable_dhcp: subnet.enable_dhcp,
    allocation_pools: JSON.stringify(subnet.allocation_pools),
    dns_nameservers: JSON.stringify(subnet.dns_nameservers),
    host_routes: JSON.stringify(subnet.host_routes),
  }
}

function connectedSubnets({ routerPorts }: LiveTenant): ReadonlySet<string> {
  const ports = [...routerPorts.values()].flat()
  const interfaces = ports.filter(({ device_owner }) => device_owner !== "network:router_gateway")
  return new Set(interfaces.flatMap((port) => port.fixed_ips.map(({ subnet_id }) => subnet_id)))
}

export async function importRouters(db: Queryable, live: LiveTenant, owner: Owner): Promise<void> {
  await insertAll(db, "openstack_router", live.routers, (router) => {
    const addresses = (live.routerPorts.get(router.id) ?? []).flatMap((port) =>
      port.fixed_ips.map(({ ip_address }) => ip_address),
    )
    return {
      ...commonColumns(router, owner),
      routes: JSON.stringify(router.routes),
      fixed_ips: JSON.stringify(addresses),
    }
  })
}

export async function importGroups(db: Queryable, { groups }: LiveTenant, owner: Owner): Promise<Refs> {
  const refs = await insertAll(db, "openstack_securitygroup", groups, (group) => commonColumns(group, owner))
  const rules = groups.flatMap((group) => group.security_group_rules)
  await insertRows(
    db,
    "openstack_securitygrouprule",
    rules.map((rule) => ruleColumns(rule, refs)),
  )
  return refs
}

function ruleColumns(rule: SecurityGroupRule, groups: Refs): Row {
  return {
    backend_id: rule.id,
    security_group_id: groups.get(rule.security_group_id)?.id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol ?? "",
    from_port: rule.port_range_min ?? anyPort,
    to_port: rule.port_range_max ?? anyPort,
    cidr: rule.remote_ip_prefix,
    remote_group_id: groups.get(rule.remote_group_id ?? "")?.id ?? null,
    description: rule.description ?? "",
  }
}

/** Inserts one row for each object, with a fresh uuid. */
export async function insertAll<T extends { readonly id: string }>(
  db: Queryable,
  table: string,
  objects: readonly T[],
  toRow: (object: T) => Row,
): Promise<Refs> {
  const refs = await insertRefs(db, table, objects.map(toRow))
  return new Map(objects.flatMap(({ id }, index) => (refs[index] ? [[id, refs[index]] as const] : [])))
}
