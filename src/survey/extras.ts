import type { QosPolicy, RbacPolicy } from "../openstack/index.ts"
import type { KindName } from "../planning/plan.ts"
import type {
  LiveExtras,
  SourceNetwork,
  SourcePort,
  SourceQosPolicy,
  SourceRbacPolicy,
  SourceSecurityGroup,
} from "../planning/source.ts"
import type { Names } from "./names.ts"
import type { LiveSource } from "./read.ts"

interface Copied {
  readonly networks: readonly SourceNetwork[]
  readonly securityGroups: readonly SourceSecurityGroup[]
  readonly ports: readonly SourcePort[]
}

/** What a tenant has that no row of the host's holds. */
export function liveExtras(live: LiveSource, known: Names, copied: Copied): LiveExtras {
  return {
    addressGroups: live.addressGroups.map((group) => ({
      key: known.key(group.id),
      backendId: group.id,
      name: group.name,
      description: group.description,
      addresses: group.addresses,
    })),
    qosPolicies: live.policies.map((policy) => qosPolicy(policy, known)),
    trunks: live.trunks.map((trunk) => ({
      ...known.named("trunk", trunk),
      port: known.key(trunk.port_id),
      adminStateUp: trunk.admin_state_up,
      subPorts: trunk.sub_ports.map((one) => ({
        port: known.key(one.port_id),
        segmentationType: one.segmentation_type,
        segmentationId: one.segmentation_id,
      })),
    })),
    rbacPolicies: live.rbacPolicies.map((policy) => rbacPolicy(policy, live, known, copied)),
    quotas: live.quotas,
    notCopied: notCopied(live, known),
  }
}

function qosPolicy(policy: QosPolicy, known: Names): SourceQosPolicy {
  return {
    ...known.named("qos_policy", policy),
    isDefault: policy.is_default ?? false,
    rules: policy.rules.map(({ id, type, qos_policy_id: _, ...values }) => ({
      key: known.key(id),
      backendId: id,
      type,
      values: Object.fromEntries(
        Object.entries(values).filter(([name]) => !["project_id", "tenant_id"].includes(name)),
      ),
    })),
  }
}

function rbacPolicy(policy: RbacPolicy, live: LiveSource, known: Names, copied: Copied): SourceRbacPolicy {
  const target = policy.target_tenant ?? policy.target_project ?? "*"
  return {
    key: known.key(policy.id),
    backendId: policy.id,
    object: sharedObject(policy, live, known, copied),
    objectType: policy.object_type,
    action: policy.action,
    target: target === live.projectId ? "self" : target,
  }
}

function sharedObject(
  { object_type: type, object_id: id }: RbacPolicy,
  live: LiveSource,
  known: Names,
  { networks, securityGroups }: Copied,
): SourceRbacPolicy["object"] {
  const ids: Readonly<Record<string, readonly [KindName, readonly string[]]>> = {
    network: ["network", networks.map(({ backendId }) => backendId)],
    security_group: ["security_group", securityGroups.map(({ backendId }) => backendId)],
    address_group: ["address_group", live.addressGroups.map((one) => one.id)],
    qos_policy: ["qos_policy", live.policies.map((one) => one.id)],
  }
  const [kind, list] = ids[type] ?? []
  return kind !== undefined && list?.includes(id) ? { kind, key: known.key(id) } : undefined
}

function notCopied(live: LiveSource, known: Names): LiveExtras["notCopied"] {
  const external = live.networks.filter((network) => network["router:external"])
  return [
    ...live.floatingIps.map(({ id, floating_ip_address: address }) => ({
      kind: "port" as const,
      key: known.key(id),
      name: `floating IP ${address}`,
      reason:
        "Its address belongs to the source's external network. New ones are ordered at the destination.",
    })),
    ...external.map(({ id, name }) => ({
      kind: "network" as const,
      key: known.key(id),
      name,
      reason: "External networks are the operator's.",
    })),
    ...[...live.subnetPools, ...live.addressScopes].map(({ id, name }) => ({
      kind: "subnet" as const,
      key: known.key(id),
      name: name ?? id,
      reason: "Subnet pools and address scopes are not copied; the ranges themselves are kept.",
    })),
  ]
}
