import {
  type Body,
  type Cloud,
  createResources,
  deleteResource,
  listResources,
  type SecurityGroup,
  type SecurityGroupRule,
} from "../../src/openstack/index.ts"
import type { CloudIds } from "./cloud-ids.ts"
import type { GroupSpec, RuleSpec } from "./tenant-spec.ts"

/** Creates the groups, each with exactly the rules of its specification. */
export async function seedGroups(
  cloud: Cloud,
  specs: readonly GroupSpec[],
  projectId: string,
): Promise<CloudIds> {
  const groups = await createGroups(cloud, specs, projectId)
  const ids = new Map(Array.from(groups, ([key, { id }]) => [key, id]))
  for (const { key, rules } of specs) {
    const group = groups.get(key)
    if (group) await createRules(cloud, group, rules, ids)
  }
  return ids
}

async function createGroups(
  cloud: Cloud,
  specs: readonly GroupSpec[],
  projectId: string,
): Promise<ReadonlyMap<string, SecurityGroup>> {
  const others = specs.filter(({ name }) => name !== "default")
  const bodies = others.map(({ name, description }) => ({ name, description, project_id: projectId }))
  const made = await createResources(cloud, "security-groups", bodies)
  const present = await listResources(cloud, "security-groups", { project_id: projectId })
  return new Map(
    specs.flatMap((spec) => {
      const group =
        spec.name === "default" ? present.find(({ name }) => name === "default") : made[others.indexOf(spec)]
      return group ? [[spec.key, group] as const] : []
    }),
  )
}

async function createRules(
  cloud: Cloud,
  group: SecurityGroup,
  specs: readonly RuleSpec[],
  groups: CloudIds,
): Promise<void> {
  const wanted = new Map(
    specs.map((spec) => ruleBody(spec, group, groups)).map((body) => [ruleKey(body), body]),
  )
  // A default rule is kept where the specification has an equal one.
  for (const rule of group.security_group_rules)
    if (!wanted.delete(ruleKey(rule))) await deleteResource(cloud, "security-group-rules", rule.id)
  await createResources(cloud, "security-group-rules", [...wanted.values()])
}

function ruleBody(rule: RuleSpec, group: SecurityGroup, groups: CloudIds): Body {
  return {
    security_group_id: group.id,
    project_id: group.project_id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    port_range_min: rule.portMin,
    port_range_max: rule.portMax,
    remote_ip_prefix: rule.remoteIpPrefix,
    remote_group_id: rule.remoteGroup === null ? null : groups.get(rule.remoteGroup),
    description: rule.description,
  }
}

function ruleKey(rule: Body | SecurityGroupRule): string {
  const { direction, ethertype, protocol, port_range_min, port_range_max } = rule
  const { remote_ip_prefix, remote_group_id, description } = rule
  return JSON.stringify([
    direction,
    ethertype,
    protocol,
    port_range_min,
    port_range_max,
    remote_ip_prefix,
    remote_group_id,
    description || "",
  ])
}
