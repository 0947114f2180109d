import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { addressGroupResource } from "./address-groups.ts"
import { type Given, optional, required } from "./attributes.ts"
import { oneOf, string } from "./checks.ts"
import { find } from "./controller.ts"
import { notFound } from "./refusals.ts"
import { common, owns, type Resource, type Values } from "./resource.ts"
import type { Group, Rule } from "./rows.ts"
import { checkRule, ethertype, normalized, portNumber, protocol, remotePrefix } from "./rule-checks.ts"
import { sameRule } from "./same-rule.ts"
import { type NetworkState, newRow, touched } from "./state.ts"

const id = (_name: string, value: unknown): string | null => (value === null ? null : String(value))

const attributes = {
  security_group_id: required(id),
  direction: required(oneOf(["ingress", "egress"])),
  description: optional(string(255), ""),
  ethertype: optional(ethertype, "IPv4"),
  protocol: optional(protocol, null),
  port_range_min: optional(portNumber, null),
  port_range_max: optional(portNumber, null),
  remote_ip_prefix: optional(remotePrefix, null),
  remote_group_id: optional(id, null),
  remote_address_group_id: optional(id, null),
}

type RuleGiven = Given<typeof attributes>

export function showRule(row: Rule): Record<string, unknown> {
  const { tags: _, ...shared } = common(row)
  return {
    id: row.id,
    security_group_id: row.security_group_id,
    ethertype: row.ethertype,
    direction: row.direction,
    protocol: row.protocol,
    port_range_min: row.port_range_min,
    port_range_max: row.port_range_max,
    remote_ip_prefix: row.remote_ip_prefix,
    remote_address_group_id: row.remote_address_group_id,
    normalized_cidr: normalized(row.remote_ip_prefix),
    remote_group_id: row.remote_group_id,
    ...shared,
  }
}

const shape = (values: Values) => {
  const given = values as RuleGiven
  return {
    security_group_id: given.security_group_id ?? "",
    direction: given.direction ?? "",
    ethertype: given.ethertype,
    protocol: given.protocol,
    port_range_min: given.port_range_min,
    port_range_max: given.port_range_max,
    remote_ip_prefix: given.remote_ip_prefix,
    remote_group_id: given.remote_group_id,
    remote_address_group_id: given.remote_address_group_id,
  }
}

const filters = [
  "security_group_id",
  "direction",
  "ethertype",
  "protocol",
  "port_range_min",
  "port_range_max",
  "remote_ip_prefix",
  "remote_group_id",
  "remote_address_group_id",
  "normalized_cidr",
]

export function ruleResource(state: NetworkState): Resource<Rule> {
  return {
    member: "security_group_rule",
    collection: "security_group_rules",
    path: "security-group-rules",
    quota: "security_group_rule",
    tagged: false,
    filters,
    attributes,
    readOnly: ["id", "created_at", "updated_at", "revision_number", "normalized_cidr"],
    rows: state.rules,
    notFound: notFound.rule,
    shared: () => [],
    canSee: owns,
    canChange: owns,
    checkTogether: checkBulk,
    create: (caller, projectId, values) => createRule(state, caller, projectId, values as RuleGiven),
    // The real service fails on this call as well.
    update() {
      throw new Refusal(
        500,
        "HTTPInternalServerError",
        "Request Failed: internal server error while processing your request.",
      )
    },
    remove(_caller, row) {
      state.rules.remove(row)
      const group = state.groups.get(row.security_group_id)
      if (group) state.groups.put(touched(group))
    },
    show: (_caller, row) => showRule(row),
  }
}

/** The rules of one bulk request must be of one group, and different. */
function checkBulk(all: readonly Values[]): void {
  if (all.length < 2) return
  const rules = all.map(shape)
  if (new Set(rules.map(({ security_group_id }) => security_group_id)).size > 1)
    throw new Refusal(
      400,
      "SecurityGroupNotSingleGroupRules",
      "Only allowed to update rules for one security profile at a time",
    )
  if (new Set(rules.map(sameRule)).size < rules.length)
    throw new Refusal(409, "DuplicateSecurityGroupRuleInPost", "Duplicate Security Group Rule in POST.")
}

function createRule(state: NetworkState, caller: Caller, projectId: string, given: RuleGiven): Rule {
  const rule = shape(given)
  checkRule(rule)
  const group = groupOf(state, caller, rule.security_group_id)
  if (rule.remote_group_id !== null) groupOf(state, caller, rule.remote_group_id)
  if (rule.remote_address_group_id !== null)
    find(addressGroupResource(state), caller, rule.remote_address_group_id)
  const same = state.rules.first("same", sameRule(rule))
  if (same)
    throw new Refusal(
      409,
      "SecurityGroupRuleExists",
      `Security group rule already exists. Rule id is ${same.id}.`,
    )
  const row = {
    ...newRow(projectId, given.description, 0),
    ...rule,
    protocol: rule.protocol === "icmpv6" ? "ipv6-icmp" : rule.protocol,
    attributeId: ++state.lastRule,
  }
  state.groups.put(touched(group))
  return state.rules.put(row)
}

function groupOf(state: NetworkState, caller: Caller, groupId: string): Group {
  const group = state.groups.get(groupId)
  if (!group || !owns(caller, group)) throw notFound.group(groupId)
  return group
}
