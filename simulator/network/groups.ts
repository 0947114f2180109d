import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { type Given, optional } from "./attributes.ts"
import { boolean, string } from "./checks.ts"
import { byId } from "./order.ts"
import { removePolicies, sharedIds, sharesWith } from "./rbac.ts"
import { inUse, notFound, overQuota } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import type { Group, Rule } from "./rows.ts"
import { showRule } from "./rules.ts"
import { type NetworkState, newRow, touched } from "./state.ts"
import { roomFor } from "./usage.ts"

const DEFAULT = "default"

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  stateful: optional(boolean, true),
}

type GroupGiven = Given<typeof attributes>

const refuse = (type: string, message: string) => new Refusal(409, type, message)

const ownRule = (state: NetworkState, group: Group, direction: string, ethertype: string): Rule => ({
  ...newRow(group.project_id, null, 0),
  security_group_id: group.id,
  direction,
  ethertype,
  protocol: null,
  port_range_min: null,
  port_range_max: null,
  remote_ip_prefix: null,
  remote_group_id: direction === "ingress" ? group.id : null,
  remote_address_group_id: null,
  attributeId: ++state.lastRule,
})

function make(
  state: NetworkState,
  projectId: string,
  given: GroupGiven,
  directions: readonly string[],
): Group {
  const { name, description, stateful } = given
  const group = state.groups.put({ ...newRow(projectId, description, 1), name, stateful })
  for (const direction of directions)
    for (const ethertype of ["IPv4", "IPv6"]) state.rules.put(ownRule(state, group, direction, ethertype))
  return group
}

/** Returns the default group, which is created on first use and not counted against the quota. */
export const defaultGroup = (state: NetworkState, projectId: string): Group =>
  state.groups.first("default", projectId) ??
  make(state, projectId, { name: DEFAULT, description: "Default security group", stateful: true }, [
    "egress",
    "ingress",
  ])

const checkName = (name: string): void => {
  if (name.toLowerCase() === DEFAULT)
    throw refuse("SecurityGroupDefaultAlreadyExists", "Default security group already exists.")
}

export function groupResource(state: NetworkState): Resource<Group> {
  return {
    member: "security_group",
    collection: "security_groups",
    path: "security-groups",
    quota: "security_group",
    tagged: true,
    filters: ["name", "shared"],
    attributes,
    readOnly: [...commonReadOnly, "shared", "security_group_rules"],
    rows: state.groups,
    notFound: notFound.group,
    shared: ({ projectId }) =>
      sharedIds(state, "security_group", projectId).flatMap((id) => state.groups.get(id) ?? []),
    canSee: (caller, row) => owns(caller, row) || sharesWith(state, row.id, caller.projectId),
    canChange: owns,
    create: (_caller, projectId, values) => createGroup(state, projectId, values as GroupGiven),
    update: (_caller, row, values) => updateGroup(state, row, values as Partial<GroupGiven>),
    remove: (caller, row) => removeGroup(state, caller, row),
    show: (caller, row) => showGroup(state, caller, row),
  }
}

function createGroup(state: NetworkState, projectId: string, given: GroupGiven): Group {
  defaultGroup(state, projectId)
  checkName(given.name)
  if (roomFor(state, projectId, "security_group_rule") < 2) throw overQuota("security_group_rule")
  return make(state, projectId, given, ["egress"])
}

function updateGroup(state: NetworkState, row: Group, given: Partial<GroupGiven>): Group {
  if (given.name !== undefined && row.name === DEFAULT)
    throw refuse("SecurityGroupCannotUpdateDefault", "Updating default security group not allowed.")
  if (given.name !== undefined) checkName(given.name)
  if (given.stateful !== undefined && given.stateful !== row.stateful && isUsed(state, row))
    throw inUse.group(row.id)
  return state.groups.put(touched<Group>(row, { ...given }))
}

/** Also removes the rules of other groups that refer to this one. */
function removeGroup(state: NetworkState, caller: Caller, row: Group): void {
  if (isUsed(state, row)) throw inUse.group(row.id)
  if (row.name === DEFAULT && !caller.isAdmin)
    throw refuse(
      "SecurityGroupCannotRemoveDefault",
      "Insufficient rights for removing default security group.",
    )
  for (const index of ["group", "remote"] as const)
    for (const rule of state.rules.find(index, row.id)) state.rules.remove(rule)
  removePolicies(state, row.id)
  state.groups.remove(row)
}

const isUsed = (state: NetworkState, row: Group): boolean => state.ports.count("group", row.id) > 0

const showGroup = (state: NetworkState, caller: Caller, row: Group): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  stateful: row.stateful,
  shared: sharesWith(state, row.id, caller.projectId),
  security_group_rules: byId(state.rules.find("group", row.id)).map((rule) => ({
    ...showRule(rule),
    standard_attr_id: rule.attributeId,
    tags: [],
  })),
  ...common(row),
})
