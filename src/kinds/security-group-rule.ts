import { sql } from "kysely"
import { anyPort } from "../models/rows.ts"
import { createResources, deleteResource, type SecurityGroupRule } from "../openstack/index.ts"
import { mapPrefix } from "../planning/cidr-mapping.ts"
import {
  type DroppedAttribute,
  type KindPlan,
  type Omission,
  type PlanContext,
  type Planned,
  type Ref,
  ref,
} from "../planning/plan.ts"
import { prefixText, protocolText, ruleKey } from "../planning/security-rules.ts"
import type { SourceRule } from "../planning/source.ts"
import { differences } from "./compare.ts"
import { defaultRuleCount, isDefaultRule, mayBeDefaultRule } from "./default-rules.ts"
import { defineKind } from "./kind.ts"
import { tableRows } from "./table-rows.ts"

interface Body {
  readonly project_id: Ref
  readonly security_group_id: Ref
  readonly direction: "ingress" | "egress"
  readonly ethertype: "IPv4" | "IPv6"
  readonly protocol: string | null
  readonly port_range_min: number | null
  readonly port_range_max: number | null
  readonly remote_ip_prefix: string | null
  readonly remote_group_id: Ref | null
  /** Absent where the rule has none, because some clouds do not know the attribute. */
  readonly remote_address_group_id?: Ref
  readonly description: string
}

const atOnce = 50

/** A rule, with the creation time of its group. */
interface Actual extends SecurityGroupRule {
  readonly group_created_at?: string | undefined
}

/** Rules. All attributes together identify one: Neutron does not update rules, it only creates and deletes them. */
export const securityGroupRule = defineKind<Body, Actual>({
  name: "security_group_rule",
  after: ["security_group", "address_group"],

  plan: {
    build: plan,
    cost(planned) {
      const groups = Map.groupBy(planned, ({ body }) => JSON.stringify(body.security_group_id))
      const writes = groups.values().map((rules) => {
        const kept = rules.filter(({ body }) => isDefaultRule(body)).length
        return Math.ceil((rules.length - kept) / atOnce) + defaultRuleCount - kept
      })
      return { reads: 1, writes: writes.reduce((sum, one) => sum + one, 0) }
    },
  },

  rows: {
    ...tableRows<Body>("openstack_securitygrouprule", (context, body) => ({
      protocol: body.protocol ?? "",
      from_port: body.port_range_min ?? anyPort,
      to_port: body.port_range_max ?? anyPort,
      cidr: body.remote_ip_prefix,
      backend_id: "",
      security_group_id: context.rowId(body.security_group_id),
      description: body.description,
      direction: body.direction,
      ethertype: body.ethertype,
      remote_group_id: body.remote_group_id === null ? null : context.rowId(body.remote_group_id),
    })),
    async recordBackendIds(trx, done) {
      await sql`
      update openstack_securitygrouprule as row set backend_id = done.backend_id
      from unnest(${done.map((one) => one.rowId)}::int[], ${done.map((one) => one.actual.id)}::text[])
        as done (id, backend_id)
      where row.id = done.id`.execute(trx)
    },
  },

  api: {
    autoCreated: true,
    // Groups include their rules, and are read in any case.
    async list(context) {
      const groups = await context.collection("security-groups")
      return groups.flatMap(({ created_at: group_created_at, security_group_rules: rules }) =>
        rules.map((rule) => ({ ...rule, group_created_at })),
      )
    },
    id: (actual) => actual.id,
    // Neutron accepts rules of one group in a request (SecurityGroupNotSingleGroupRules).
    batch: { maxSize: atOnce, groupBy: (desired) => desired.security_group_id },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "security-group-rules",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, ...wanted }, actual) =>
      differences(
        { ...wanted, protocol: protocolText(wanted.protocol) },
        { ...actual, protocol: protocolText(actual.protocol), description: actual.description ?? "" },
      ),
    unmanagedName: ({ direction, protocol, security_group_id: group }, created) =>
      created.has(group) ? `${direction} ${protocol ?? "any"} of ${created.get(group)}` : undefined,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "security-group-rules", actual.id),
    // The operator defines the default rules of a group: those that the source lacks are deleted. That happens before
    // the first rule of the group is created or matched, so that every unmatched rule found later was added by a user.
    toPrune(desired, begun, left) {
      const groups = new Set(desired.map(({ body }) => body.security_group_id))
      for (const { body } of begun) groups.delete(body.security_group_id)
      return left.filter(
        ({ security_group_id: group, created_at, group_created_at }) =>
          groups.has(group) && mayBeDefaultRule(created_at, group_created_at),
      )
    },
    deletedWithParent: true,
  },
})

const droppedTags = (tags: readonly string[]): DroppedAttribute => ({
  attribute: "tags",
  value: tags,
  reason: "Neutron shows tags of rules, but does not accept them.",
})

function plan(context: PlanContext): KindPlan<Body> {
  const { source, mappings } = context
  const objects: Planned<Body>[] = []
  const omitted: Omission[] = []
  const missingReference = referenceCheck(context)
  for (const group of source.securityGroups) {
    const seen = new Set<string>()
    for (const rule of group.rules) {
      const given = prefixText(rule.remoteIpPrefix)
      const prefix = given === null ? null : mapPrefix(given, mappings)
      const name = `${rule.direction} ${rule.protocol ?? "any"} of ${group.name}`
      const meaning = ruleKey({ ...rule, remoteIpPrefix: prefix })
      const reason =
        missingReference(rule) ??
        (seen.has(meaning) ? "After the CIDR mapping, another rule of the group is identical." : undefined)
      if (reason !== undefined) {
        omitted.push({ kind: "security_group_rule", key: rule.key, name, reason })
        continue
      }
      seen.add(meaning)
      objects.push({
        key: rule.key,
        name,
        sourceId: rule.backendId,
        body: bodyOf(rule, group.key, prefix),
        ...(rule.tags && { notes: { mapped: {}, dropped: [droppedTags(rule.tags)] } }),
      })
    }
  }
  return { objects, omitted }
}

/** Returns a function that returns why the group to which a rule refers has no copy; undefined: it has one. */
function referenceCheck({ source, extensions }: PlanContext): (rule: SourceRule) => string | undefined {
  const groups = new Set(source.securityGroups.map((group) => group.key))
  const addressGroups = new Set(source.live?.addressGroups.map((group) => group.key))
  const supportsAddressGroups = extensions?.has("security-groups-remote-address-group") ?? true
  return ({ remoteGroup, remoteAddressGroup }) => {
    // Without its remote group, the rule would admit all addresses.
    if (remoteGroup !== null && !groups.has(remoteGroup)) {
      return "It refers to a security group of another tenant, which is not copied."
    }
    if (remoteAddressGroup === undefined) return undefined
    if (!supportsAddressGroups) {
      return "It refers to an address group, which security group rules of the destination do not support."
    }
    return addressGroups.has(remoteAddressGroup)
      ? undefined
      : "It refers to an address group of another tenant, which is not copied."
  }
}

function bodyOf(rule: SourceRule, group: string, prefix: string | null): Body {
  const { remoteGroup, remoteAddressGroup } = rule
  return {
    project_id: ref("project", "project"),
    security_group_id: ref("security_group", group),
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    port_range_min: rule.portMin,
    port_range_max: rule.portMax,
    remote_ip_prefix: prefix,
    remote_group_id: remoteGroup === null ? null : ref("security_group", remoteGroup),
    ...(remoteAddressGroup === undefined
      ? {}
      : { remote_address_group_id: ref("address_group", remoteAddressGroup) }),
    description: rule.description,
  }
}
