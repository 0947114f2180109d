import type { GroupSpec, RuleSpec } from "../../host/demo/tenant-spec.ts"
import {
  createResource,
  deleteResource,
  getResource,
  listResources,
  type SecurityGroup,
} from "../../src/openstack/index.ts"
import type { SequentialContext } from "./context.ts"

/** The group that the project is born with is taken over; its rules are made anew. */
export async function makeDefaultGroup(original: SequentialContext, spec: GroupSpec): Promise<void> {
  const { tenant, projectId, ids } = original
  const groups = await listResources(tenant, "security-groups", { tenant_id: projectId })
  const group = groups.find(({ name }) => name === spec.name)
  if (group === undefined) throw new Error("The project has no default group.")
  ids.set(spec.key, group.id)
  await pushRules(original, group, spec.rules)
}

export async function makeGroup(original: SequentialContext, spec: GroupSpec): Promise<void> {
  const { name, description } = spec
  const group = await createResource(original.tenant, "security-groups", { name, description })
  original.ids.set(spec.key, group.id)
  await pushRules(original, group, spec.rules)
}

/** Rules are looked up by ids that the new rows do not have: what the cloud put there goes, and all are made. */
async function pushRules(
  { tenant, ids }: SequentialContext,
  { id: security_group_id }: SecurityGroup,
  rules: readonly RuleSpec[],
): Promise<void> {
  const { security_group_rules: born } = await getResource(tenant, "security-groups", security_group_id)
  for (const { id } of born) await deleteResource(tenant, "security-group-rules", id)
  for (const rule of rules) {
    await createResource(tenant, "security-group-rules", {
      security_group_id,
      ethertype: rule.ethertype,
      direction: rule.direction,
      protocol: rule.protocol,
      port_range_min: rule.portMin,
      port_range_max: rule.portMax,
      remote_ip_prefix: rule.remoteIpPrefix,
      remote_group_id: rule.remoteGroup === null ? null : (ids.get(rule.remoteGroup) ?? security_group_id),
      description: rule.description,
    })
  }
}
