import { interfaceKey } from "../kinds/interface.ts"
import type { QosPolicy, RbacPolicy } from "../openstack/index.ts"
import type { KindName } from "../planning/kind-names.ts"
import { isInterface } from "../planning/port-owners.ts"
import type {
  LiveOnlyParts,
  SourceNetwork,
  SourcePort,
  SourceQosPolicy,
  SourceRbacPolicy,
  SourceSecurityGroup,
} from "../planning/source.ts"
import type { LiveSource } from "./read.ts"
import type { SourceKeys } from "./source-keys.ts"

interface Copied {
  readonly networks: readonly SourceNetwork[]
  readonly securityGroups: readonly SourceSecurityGroup[]
  readonly ports: readonly SourcePort[]
}

/** Returns what a tenant has in the cloud, and no host row holds. Pure. */
export function liveOnlyParts(live: LiveSource, keys: SourceKeys, copied: Copied): LiveOnlyParts {
  return {
    addressGroups: live.addressGroups.map((group) => ({
      key: keys.of(group.id),
      backendId: group.id,
      name: group.name,
      description: group.description,
      addresses: group.addresses,
    })),
    qosPolicies: live.policies.map((policy) => qosPolicy(policy, keys)),
    trunks: live.trunks.map((trunk) => ({
      ...keys.describe("trunk", trunk),
      port: keys.of(trunk.port_id),
      adminStateUp: trunk.admin_state_up,
      subPorts: trunk.sub_ports.map((one) => ({
        port: keys.of(one.port_id),
        segmentationType: one.segmentation_type,
        segmentationId: one.segmentation_id,
      })),
    })),
    rbacPolicies: live.rbacPolicies.map((policy) => rbacPolicy(policy, live, keys, copied)),
    quotas: live.quotas,
    notCopied: notCopied(live, keys, copied),
  }
}

function qosPolicy(policy: QosPolicy, keys: SourceKeys): SourceQosPolicy {
  return {
    ...keys.describe("qos_policy", policy),
    isDefault: policy.is_default ?? false,
    rules: policy.rules.map(({ id, type, qos_policy_id: _, ...values }) => ({
      key: keys.of(id),
      backendId: id,
      type,
      values: Object.fromEntries(
        Object.entries(values).filter(([name]) => !["project_id", "tenant_id"].includes(name)),
      ),
    })),
  }
}

function rbacPolicy(
  policy: RbacPolicy,
  live: LiveSource,
  keys: SourceKeys,
  copied: Copied,
): SourceRbacPolicy {
  const target = policy.target_tenant ?? policy.target_project ?? "*"
  return {
    key: keys.of(policy.id),
    backendId: policy.id,
    object: sharedObject(policy, live, keys, copied),
    objectType: policy.object_type,
    action: policy.action,
    target: target === live.projectId ? "self" : target,
  }
}

function sharedObject(
  { object_type: type, object_id: id }: RbacPolicy,
  live: LiveSource,
  keys: SourceKeys,
  { networks, securityGroups }: Copied,
): SourceRbacPolicy["object"] {
  const ids: Readonly<Record<string, readonly [KindName, readonly string[]]>> = {
    network: ["network", networks.map(({ backendId }) => backendId)],
    security_group: ["security_group", securityGroups.map(({ backendId }) => backendId)],
    address_group: ["address_group", live.addressGroups.map((one) => one.id)],
    qos_policy: ["qos_policy", live.policies.map((one) => one.id)],
  }
  const [kind, list] = ids[type] ?? []
  return kind !== undefined && list?.includes(id) ? { kind, key: keys.of(id) } : undefined
}

function notCopied(live: LiveSource, keys: SourceKeys, { networks }: Copied): LiveOnlyParts["notCopied"] {
  const external = live.networks.filter((network) => network["router:external"])
  return [
    ...interfacesInOthersNetworks(live, keys),
    ...othersSubnets(live, keys, new Set(networks.map(({ backendId }) => backendId))),
    ...live.floatingIps.map(({ id, floating_ip_address: address }) => ({
      kind: "port" as const,
      key: keys.of(id),
      name: `floating IP ${address}`,
      reason:
        "Its address belongs to the source's external network. Order a new floating IP at the destination.",
    })),
    ...external.map(({ id, name }) => ({
      kind: "network" as const,
      key: keys.of(id),
      name,
      reason: "External networks belong to the operator.",
    })),
    ...[...live.subnetPools, ...live.addressScopes].map(({ id, name }) => ({
      kind: "subnet" as const,
      key: keys.of(id),
      name: name ?? id,
      reason: "Subnet pools and address scopes are not copied; the ranges themselves are kept.",
    })),
  ]
}

/** Interfaces in networks that other tenants share: those networks are not copied. */
function interfacesInOthersNetworks(live: LiveSource, keys: SourceKeys): LiveOnlyParts["notCopied"] {
  const own = new Set(live.networks.map(({ id }) => id))
  return live.routers.flatMap((router) =>
    live.ports
      .filter((port) => isInterface(port) && port.device_id === router.id && !own.has(port.network_id))
      .flatMap(({ network_id, fixed_ips }) =>
        fixed_ips.map(({ subnet_id, ip_address }) => ({
          kind: "interface" as const,
          key: interfaceKey(keys.of(router.id), keys.of(subnet_id)),
          name: `${router.name} at ${ip_address}`,
          reason: `Its network ${network_id} belongs to another tenant.`,
        })),
      ),
  )
}

/** Subnets that an operator has created in the tenant's network for another project; only the network lists them. */
function othersSubnets(
  live: LiveSource,
  keys: SourceKeys,
  copied: ReadonlySet<string>,
): LiveOnlyParts["notCopied"] {
  const own = new Set(live.subnets.map(({ id }) => id))
  return live.networks
    .filter(({ id }) => copied.has(id))
    .flatMap(({ name, subnets }) =>
      subnets
        .filter((id) => !own.has(id))
        .map((id) => ({
          kind: "subnet" as const,
          key: keys.of(id),
          name: `${id} of ${name}`,
          reason: "It is in the tenant's network, but belongs to another tenant.",
        })),
    )
}
