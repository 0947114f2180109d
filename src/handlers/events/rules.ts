import { type RawBuilder, sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { ObjectRows, PrunedObjects } from "../handler.ts"
import { hexOf, resourceOf, typeOf } from "./owner.ts"
import { writeEvents } from "./write-events.ts"

/** The events of rules of security groups. Messages have the rule between their two parts. */
const ruleEvents = {
  created: {
    type: "openstack_security_group_rule_created",
    before: "Security group rule ",
    after: " has been created in backend.",
  },
  cleaned: {
    type: "openstack_security_group_rule_cleaned",
    before: "Security group rule ",
    after: " has been cleaned from cache.",
  },
  pruned: {
    type: "openstack_security_group_rule_deleted",
    before: "Extra security group rule ",
    after: " has been deleted in backend because it is not defined in Waldur.",
  },
} as const

type RuleEvent = (typeof ruleEvents)[keyof typeof ruleEvents]

/** Writes that rules were created. */
export function logRulesCreated(trx: Trx, { rowIds }: ObjectRows): Promise<void> {
  return logRuleRows(trx, rowIds, ruleEvents.created)
}

/** Writes that rules were deleted, while their rows still exist. */
export function logRulesDeleted(trx: Trx, { rowIds }: ObjectRows): Promise<void> {
  return logRuleRows(trx, rowIds, ruleEvents.cleaned)
}

async function logRuleRows(trx: Trx, rowIds: readonly number[], event: RuleEvent): Promise<void> {
  const ids = sql`${[...rowIds]}::int[]`
  const tenantId = sql`(
    select one.tenant_id from openstack_securitygrouprule one_rule
      join openstack_securitygroup one on one.id = one_rule.security_group_id
    where one_rule.id = any(${ids}) limit 1)`
  await writeEvents(
    trx,
    resourceOf(tenantId),
    ruleEventsOf(
      event,
      sql`
        cross join openstack_securitygrouprule rule join openstack_securitygroup row on row.id = rule.security_group_id
        where rule.id = any(${ids})`,
    ),
  )
}

/** A rule as Neutron shows it. */
interface CloudRule {
  readonly id: string
  readonly security_group_id: string
  readonly protocol: string | null
  readonly port_range_min: number | null
  readonly port_range_max: number | null
  readonly remote_ip_prefix: string | null
  readonly direction: string
  readonly ethertype: string
}

/** Writes that default rules of new groups were deleted in the cloud. They have no rows. */
export async function logRulesPruned(trx: Trx, { migrationId, objects }: PrunedObjects): Promise<void> {
  const rules = (objects as readonly CloudRule[]).map((rule) => ({
    group: rule.security_group_id,
    protocol: rule.protocol ?? "",
    from_port: rule.port_range_min ?? -1,
    to_port: rule.port_range_max ?? -1,
    cidr: rule.remote_ip_prefix,
    direction: rule.direction,
    ethertype: rule.ethertype,
    backend_id: rule.id,
  }))
  await writeEvents(
    trx,
    sql`(select dst_resource_id from waldur_openstack_replication_migration where id = ${migrationId})`,
    ruleEventsOf(
      ruleEvents.pruned,
      sql`
        cross join jsonb_to_recordset(${JSON.stringify(rules)}::jsonb) as rule (id int, "group" text, protocol text,
          from_port int, to_port int, cidr text, direction text, ethertype text, backend_id text)
        join openstack_securitygroup row on row.backend_id = rule."group" and row.tenant_id = owner.tenant_id`,
    ),
  )
}

/**
 * SQL: one event for each rule.
 * @param joined SQL that joins `owner` with the rules as `rule` (`id` null: it has no row) and their groups as `row`
 */
function ruleEventsOf(event: RuleEvent, joined: RawBuilder<unknown>) {
  return sql`
    select array[row.id, rule.id] as position, ${event.type}::text as event_type,
      ${event.before}::text || row.name || ' (' || rule.protocol || '): ' || coalesce(rule.cidr, 'None') || ' (' ||
        ${portText("from_port")} || ' -> ' || ${portText("to_port")} || ')' || ${event.after}::text as message,
      owner.by_settings || jsonb_build_object(
        'resource_type', 'OpenStack.SecurityGroup', 'resource_full_name', 'OpenStack SecurityGroup ' || row.name,
        'security_group_uuid', ${hexOf("row")}, 'security_group_name', row.name,
        'security_group_full_name', 'OpenStack SecurityGroup ' || row.name,
        'security_group_rule_protocol', rule.protocol,
        'security_group_rule_from_port', ${portText("from_port")},
        'security_group_rule_to_port', ${portText("to_port")},
        'security_group_rule_cidr', coalesce(rule.cidr, 'None'),
        'security_group_rule_direction', rule.direction,
        'security_group_rule_ethertype', rule.ethertype,
        'security_group_rule_backend_id', rule.backend_id) as context,
      array[rule.id, row.id] as object_ids,
      array[${typeOf("openstack", "securitygrouprule")}, ${typeOf("openstack", "securitygroup")}] as content_type_ids
    from owner ${joined}`
}

/** SQL: a port of a rule as Python writes it. */
function portText(column: "from_port" | "to_port") {
  return sql`coalesce(${sql.ref(`rule.${column}`)}::text, 'None')`
}
