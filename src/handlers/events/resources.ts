import { type RawBuilder, sql } from "kysely"
import { ResourceState, resourceStateName } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { ResourceRow, Saved } from "../hooks.ts"
import { logDeletionScheduled } from "./objects.ts"
import { hexOf, resourceOf, typeOf } from "./owner.ts"
import { writeEvents } from "./write-events.ts"

/** An event of a resource. */
interface ResourceEvent {
  readonly type: string
  /** SQL; the resource's row is `resource`. */
  readonly message: RawBuilder<unknown>
}

/** What a change of a resource's state means. */
type Outcome = "created" | "notCreated" | "terminating" | "terminated" | "notTerminated"

/** Type and end of the message of the event of an outcome. */
const outcomes: Readonly<Record<Outcome, readonly [type: string, after: string]>> = {
  created: ["marketplace_resource_create_succeeded", "has been created."],
  notCreated: ["marketplace_resource_create_failed", "creation has failed."],
  terminating: ["marketplace_resource_terminate_requested", "deletion has been requested."],
  terminated: ["marketplace_resource_terminate_succeeded", "has been deleted."],
  notTerminated: ["marketplace_resource_terminate_failed", "deletion has failed."],
}

/** Columns whose change Waldur does not log. */
const unlogged = new Set([
  "backend_metadata",
  "options",
  "error_message",
  "error_traceback",
  "current_usages",
  "modified",
])

/** Writes the request of a tenant's resource. The resource's row alone does not show yet who has requested it. */
export async function logRequested(trx: Trx, tenantId: number): Promise<void> {
  await writeResourceEvents(trx, resourceOf(sql`${tenantId}::int`), [
    {
      type: "marketplace_resource_create_requested",
      message: sql`'Resource ' || resource.name || ' creation has been requested.'`,
    },
  ])
}

/** Writes what has changed in a resource, and what it means: created, terminated, failed. */
export async function logResource(saved: Saved<ResourceRow>): Promise<void> {
  const { instance, previous, trx } = saved
  if (previous === null) return
  const outcome = outcomeOf(previous.state, instance.state)
  const change = changeOf(previous, instance)
  const changed =
    change === undefined
      ? []
      : [{ type: "marketplace_resource_has_been_changed", message: sql`${change}::text` }]
  const write = (events: readonly ResourceEvent[]) =>
    writeResourceEvents(trx, sql`${instance.id}::int`, events)
  if (outcome === undefined) return write(changed)
  const [type, after] = outcomes[outcome]
  const meaning = { type, message: sql`'Resource ' || resource.name || ' ' || ${after}::text` }
  if (outcome !== "terminating") return write([...changed, meaning])
  await write([meaning])
  if (instance.object_id !== null) await logDeletionScheduled(trx, instance.object_id)
  await write(changed)
}

/** Returns what a change of state means; undefined where Waldur has no event of its own for it. */
function outcomeOf(before: number, state: number): Outcome | undefined {
  if (state === before) return undefined
  if (state === ResourceState.TERMINATING) return "terminating"
  if (before === ResourceState.TERMINATING) {
    return state === ResourceState.TERMINATED ? "terminated" : "notTerminated"
  }
  if (before !== ResourceState.CREATING) return undefined
  if (state === ResourceState.OK) return "created"
  return state === ResourceState.ERRED || state === ResourceState.TERMINATED ? "notCreated" : undefined
}

/** Returns Waldur's message about changed columns; undefined where none has changed that Waldur logs. */
function changeOf(previous: ResourceRow, instance: ResourceRow): string | undefined {
  const fields = Object.entries(instance).flatMap(([name, value]: [string, unknown]) => {
    const before = previous[name as keyof ResourceRow]
    if (unlogged.has(name) || valueText(name, before) === valueText(name, value)) return []
    return `'${name}': from ${valueText(name, before)} to ${valueText(name, value)}`
  })
  if (fields.length === 0) return undefined
  return `Marketplace resource '${instance.name}' has been changed. Field ${fields.join(", field ")}.`
}

function valueText(name: string, value: unknown): string {
  if (name === "state") return resourceStateName(Number(value))
  if (value === null) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  if (value instanceof Date) return value.toISOString()
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** Writes events of a resource, with the columns that it has now. @param resourceId SQL of the resource's id */
async function writeResourceEvents(
  trx: Trx,
  resourceId: RawBuilder<unknown>,
  events: readonly ResourceEvent[],
): Promise<void> {
  if (events.length === 0) return
  const steps = sql.join(
    events.map(({ type, message }, index) => sql`(${index}::int, ${type}::text, ${message})`),
  )
  await writeEvents(
    trx,
    resourceId,
    sql`
      select array[step.position] as position, step.type as event_type, step.message, ${resourceContext} as context,
        array[owner.resource_id, owner.project_id, owner.customer_id] as object_ids,
        array[${typeOf("marketplace", "resource")}, ${typeOf("structure", "project")}, ${typeOf("structure", "customer")}]
          as content_type_ids
      from owner
        join marketplace_resource resource on resource.id = owner.resource_id
        join marketplace_offering offering on offering.id = resource.offering_id
        left join marketplace_plan plan on plan.id = resource.plan_id
        cross join lateral (values ${steps}) as step (position, type, message)`,
  )
}

const resourceContext = sql`
  owner.by_project ||
  jsonb_build_object('offering_uuid', ${hexOf("offering")}, 'offering_name', offering.name) ||
  case when plan.id is null then '{}'
    else jsonb_build_object('plan_uuid', ${hexOf("plan")}, 'plan_name', plan.name) end ||
  jsonb_build_object(
    'resource_uuid', ${hexOf("resource")}, 'resource_name', resource.name,
    'resource_created', ${timeText("created")}, 'resource_modified', ${timeText("modified")},
    'resource_cost', coalesce(resource.cost::text, 'None'), 'resource_limits', resource.limits,
    'resource_attributes', resource.attributes, 'resource_get_state_display', ${stateText()},
    'resource_backend_metadata', resource.backend_metadata, 'resource_backend_type', 'OpenStack.Tenant',
    'resource_backend_uuid', owner.tenant_uuid)`

/** SQL: a time as Python writes it in ISO 8601. */
function timeText(column: "created" | "modified") {
  const time = sql.ref(`resource.${column}`)
  return sql`replace(to_char(${time} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00'`
}

/** SQL: the name of the resource's state. */
function stateText() {
  const names = Object.values(ResourceState).map(resourceStateName)
  return sql`(${names}::text[])[resource.state]`
}
