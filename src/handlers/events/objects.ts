import { type RawBuilder, sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { ObjectRows } from "../handler.ts"
import { hexOf, resourceOf, typeOf } from "./owner.ts"
import { writeEvents } from "./write-events.ts"

/** An event of an object. The message has the object's name between its two parts. */
interface ObjectEvent {
  readonly type: string
  readonly before: string
  readonly after: string
  /**
   * Whether Waldur logs it for every type of resource: then its context has resource_name and resource_uuid, and it is shown
   * for the object, its project and its customer. Else the context has the names of the type, e.g. network_name, and it is
   * shown for the object and its parent.
   */
  readonly general: boolean
}

/** The events of the objects of one table. */
interface ObjectEvents {
  /** Waldur's name of the type. */
  readonly label: string
  /** Django's name of the model. */
  readonly model: string
  /** The beginning of context keys of events that only this type has. */
  readonly prefix?: string
  readonly created?: ObjectEvent
  readonly cleaned?: ObjectEvent
}

function general(type: string, before: string, after: string): ObjectEvent {
  return { type, before, after, general: true }
}

function own(type: string, before: string, after: string): ObjectEvent {
  return { type, before, after, general: false }
}

const scheduled = general("resource_creation_scheduled", "Resource ", " creation has been scheduled.")
const succeeded = general("resource_creation_succeeded", "Resource ", " has been created.")
const failed = general("resource_creation_failed", "Resource ", " creation has failed.")
const deletionScheduled = general("resource_deletion_scheduled", "Resource ", " deletion has been scheduled.")
const connected = own("openstack_subnet_updated", "SubNet ", " has been connected to network")

const tables: Readonly<Record<string, ObjectEvents>> = {
  openstack_tenant: { label: "Tenant", model: "tenant" },
  openstack_network: {
    label: "Network",
    model: "network",
    prefix: "network",
    created: own("openstack_network_created", "Network ", " has been created in the backend."),
    cleaned: own("openstack_network_cleaned", "Network ", " has been cleaned from cache."),
  },
  openstack_subnet: {
    label: "SubNet",
    model: "subnet",
    prefix: "subnet",
    created: own("openstack_subnet_created", "SubNet ", " has been created in the backend."),
    cleaned: own("openstack_subnet_cleaned", "SubNet ", " has been cleaned."),
  },
  openstack_securitygroup: {
    label: "SecurityGroup",
    model: "securitygroup",
    prefix: "security_group",
    created: own(
      "openstack_security_group_created",
      'Security group "',
      '" has been created in the backend.',
    ),
    cleaned: own("openstack_security_group_cleaned", "Security group ", " has been cleaned from cache."),
  },
  openstack_router: { label: "Router", model: "router" },
  openstack_port: { label: "Port", model: "port" },
}

/** Writes that the creation of objects was scheduled. */
export function logScheduled(trx: Trx, rows: ObjectRows): Promise<void> {
  return logObjects(trx, rows, [scheduled])
}

/**
 * Writes that objects were created. The default group of a project is not: Neutron created it. An interface is an event of
 * its subnet.
 */
export function logCreated(trx: Trx, rows: ObjectRows): Promise<void> {
  const { kind, table } = rows
  if (kind === "interface") return logObjects(trx, rows, [connected])
  const { created } = tables[table] ?? {}
  const only = table === "openstack_securitygroup" ? sql`row.name <> 'default'` : undefined
  return logObjects(trx, rows, [...(created ? [created] : []), succeeded], only)
}

/** Writes that objects could not be created. */
export function logFailed(trx: Trx, rows: ObjectRows): Promise<void> {
  return logObjects(trx, rows, [failed])
}

/** Writes that the deletion of a tenant was scheduled. Waldur writes this of the tenant alone. */
export function logDeletionScheduled(trx: Trx, tenantId: number): Promise<void> {
  return logObjects(trx, { kind: "project", table: "openstack_tenant", rowIds: [tenantId] }, [
    deletionScheduled,
  ])
}

/** Writes that objects were deleted, while their rows still exist. */
export function logDeleted(trx: Trx, rows: ObjectRows): Promise<void> {
  const { label, cleaned } = tables[rows.table] ?? {}
  const deleted = general("resource_deletion_succeeded", `OpenStack ${label} `, " has been deleted.")
  return logObjects(trx, rows, [deleted, ...(cleaned ? [cleaned] : [])])
}

/** Writes events of each of the rows, one after another. Tables without events of their own are left out. */
async function logObjects(
  trx: Trx,
  { table, rowIds }: ObjectRows,
  events: readonly ObjectEvent[],
  only: RawBuilder<unknown> = sql`true`,
): Promise<void> {
  const described = tables[table]
  if (described === undefined) return
  const ids = sql`${[...rowIds]}::int[]`
  const tenantId =
    table === "openstack_tenant"
      ? sql`(${ids})[1]`
      : sql`(select tenant_id from ${sql.table(table)} where id = any(${ids}) limit 1)`
  const steps = sql.join(
    events.map(
      ({ type, before, after, general }, index) =>
        sql`(${index}::int, ${type}::text, ${before}::text, ${after}::text, ${general}::boolean)`,
    ),
  )
  await writeEvents(
    trx,
    resourceOf(tenantId),
    sql`
      select array[row.id, step.position] as position, step.type as event_type,
        step.before || row.name || step.after as message,
        owner.by_settings || ${parentNames(table)} || jsonb_build_object(
          'resource_type', ${`OpenStack.${described.label}`}::text,
          'resource_full_name', ${fullName(described.label, "row")}) || case when step.general
          then jsonb_build_object('resource_uuid', ${hexOf("row")}, 'resource_name', row.name)
          else ${ownNames(described)} end as context,
        case when step.general then array[row.id, owner.project_id, owner.customer_id]
          else array[row.id, ${parentId(table)}] end as object_ids,
        case when step.general
          then array[${typeOf("openstack", described.model)}, ${typeOf("structure", "project")}, ${typeOf("structure", "customer")}]
          else array[${typeOf("openstack", described.model)}, ${typeOf("openstack", table === "openstack_subnet" ? "network" : "tenant")}] end
          as content_type_ids
      from owner cross join ${sql.table(table)} row ${joinParent(table)}
        cross join (values ${steps}) as step (position, type, before, after, general)
      where row.id = any(${ids}) and ${only}`,
  )
}

/** SQL: an object's name with the name of its type before it. */
function fullName(label: string, row: string) {
  return sql`${`OpenStack ${label} `}::text || ${sql.ref(`${row}.name`)}`
}

/** SQL: name, uuid and full name of a row. */
function names(prefix: string, label: string, row: string) {
  return sql`jsonb_build_object(
    ${`${prefix}_name`}::text, ${sql.ref(`${row}.name`)}, ${`${prefix}_uuid`}::text, ${hexOf(row)},
    ${`${prefix}_full_name`}::text, ${fullName(label, row)})`
}

function ownNames({ prefix, label }: ObjectEvents) {
  return prefix === undefined ? sql`'{}'::jsonb` : names(prefix, label, "row")
}

/** SQL: the names of the network of a subnet. The events of other objects name no parent. */
function parentNames(table: string) {
  return table === "openstack_subnet" ? names("network", "Network", "network") : sql`'{}'::jsonb`
}

function parentId(table: string) {
  return table === "openstack_subnet" ? sql`network.id` : sql`owner.tenant_id`
}

function joinParent(table: string) {
  return table === "openstack_subnet"
    ? sql`join openstack_network network on network.id = row.network_id`
    : sql``
}
