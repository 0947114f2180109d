import { timestamp, uuid } from "../ids.ts"
import { type Ledger, Table } from "../ledger.ts"
import type { SimulatedCloudOptions } from "../options.ts"
import { defaultQuotas, type QuotaName } from "./quotas.ts"
import type {
  AddressGroup,
  Group,
  Network,
  Port,
  QosPolicy,
  RbacPolicy,
  Router,
  Row,
  Rule,
  Subnet,
  Trunk,
} from "./rows.ts"
import { sameRule } from "./same-rule.ts"

const TUNNEL_OVERHEAD = 50

const policy = (row: { readonly qos_policy_id: string | null }): readonly string[] =>
  row.qos_policy_id === null ? [] : [row.qos_policy_id]

const project = (row: Row): readonly string[] => [row.project_id]

export function createNetwork(ledger: Ledger, options: SimulatedCloudOptions) {
  const underlay = options.mtu ?? 1500
  return {
    ledger,
    underlay,
    largestMtu: underlay - TUNNEL_OVERHEAD,
    bulk: options.bulk ?? true,
    vlanTransparent: options.vlanTransparent ?? false,
    pageLimit: options.pageLimit,
    ...createTables(ledger),
    /** Quotas that an administrator set; others are the defaults. */
    quotas: new Map<string, Readonly<Partial<Record<QuotaName, number>>>>(),
    defaultQuotas,
    /** Addresses that are taken without a port, as "subnet/address". */
    stranded: new Set<string>(),
    lastSegment: 1000,
    lastRule: 0,
  }
}

function createTables(ledger: Ledger) {
  return {
    networks: new Table<Network, "project" | "open" | "policy">(ledger, {
      project,
      policy,
      open: (row) => (row.shared || row.external ? ["open"] : []),
    }),
    subnets: new Table<Subnet, "project" | "network">(ledger, {
      project,
      network: (row) => [row.network_id],
    }),
    ports: new Table<Port, "project" | "network" | "device" | "subnet" | "ip" | "mac" | "group" | "policy">(
      ledger,
      {
        project,
        policy,
        network: (row) => [row.network_id],
        device: (row) => [row.device_id],
        subnet: (row) => row.fixed_ips.map(({ subnet_id }) => subnet_id),
        ip: (row) => row.fixed_ips.map(({ subnet_id, ip_address }) => `${subnet_id}/${ip_address}`),
        mac: (row) => [`${row.network_id}/${row.mac_address.toLowerCase()}`],
        group: (row) => row.security_groups,
      },
    ),
    routers: new Table<Router, "project">(ledger, { project }),
    groups: new Table<Group, "project" | "default">(ledger, {
      project,
      default: (row) => (row.name === "default" ? [row.project_id] : []),
    }),
    rules: new Table<Rule, "project" | "group" | "remote" | "address" | "same">(ledger, {
      project,
      group: (row) => [row.security_group_id],
      remote: (row) => (row.remote_group_id === null ? [] : [row.remote_group_id]),
      address: (row) => (row.remote_address_group_id === null ? [] : [row.remote_address_group_id]),
      same: (row) => [sameRule(row)],
    }),
    addressGroups: new Table<AddressGroup, "project">(ledger, { project }),
    qosPolicies: new Table<QosPolicy, "project">(ledger, { project }),
    trunks: new Table<Trunk, "project" | "port">(ledger, {
      project,
      port: (row) => [row.port_id, ...row.sub_ports.map(({ port_id }) => port_id)],
    }),
    rbacPolicies: new Table<RbacPolicy, "project" | "object" | "target">(ledger, {
      project,
      object: (row) => [row.object_id],
      target: (row) => [row.target_tenant],
    }),
  }
}

export type NetworkState = ReturnType<typeof createNetwork>

/** Returns the members that new rows of all kinds have. */
export function newRow(projectId: string, description: string | null, revision: number): Row {
  const now = timestamp()
  return {
    id: uuid(),
    project_id: projectId,
    description,
    created_at: now,
    updated_at: now,
    revision_number: revision,
    tags: [],
  }
}

/** Returns a row after a change, with the next revision number. */
export const touched = <R extends Row>(row: R, changes: Partial<R> = {}): R => ({
  ...row,
  ...changes,
  updated_at: timestamp(),
  revision_number: row.revision_number + 1,
})
