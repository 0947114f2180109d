import type { GroupSpec, RuleSpec } from "../../host/demo/tenant-spec.ts"
import {
  createResource,
  deleteResource,
  getResource,
  listResources,
  type SecurityGroup,
} from "../../src/openstack/index.ts"
import type { SequentialContext } from "./context.ts"

/** Keeps the auto-created default group and replaces its rules. */
export async function createDefaultGroup(context: SequentialContext, spec: GroupSpec): Promise<void> {
  const { tenant, projectId, ids } = context
  const groups = await listResources(tenant, "security-groups", { tenant_id: projectId })
  const group = groups.find(({ name }) => name === spec.name)
  if (group === undefined) throw new Error("The project has no default group.")
  ids.set(spec.key, group.id)
  await replaceRules(context, group, spec.rules)
}

export async function createGroup(context: SequentialContext, spec: GroupSpec): Promise<void> {
  const { name, description } = spec
  const group = await createResource(context.tenant, "security-groups", { name, description })
  context.ids.set(spec.key, group.id)
  await replaceRules(context, group, spec.rules)
}

/** Deletes the default rules and creates all rules one by one, even those that are the same. */
async function replaceRules(
  { tenant, ids }: SequentialContext,
  { id: security_group_id }: SecurityGroup,
  rules: readonly RuleSpec[],
): Promise<void> {
  const { security_group_rules: defaultRules } = await getResource(
    tenant,
    "security-groups",
    security_group_id,
  )
  for (const { id } of defaultRules) await deleteResource(tenant, "security-group-rules", id)
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
