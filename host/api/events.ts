import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { dashed, hex, parseUuid } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { type Condition, endpoint, type Filter, type RowsOf, type Shown } from "./endpoint.ts"
import { anyText, contains } from "./filters.ts"
import { column, withoutSecrets } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject, ownScopes } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("logging_event as row")
    .select(["row.uuid", "row.event_type", "row.message", "row.context"])
    .select(timeText("row.created").as("created"))
}

type EventRow = RowsOf<typeof select>

function showEvent(row: EventRow): Shown {
  return {
    uuid: hex(row.uuid),
    created: row.created,
    event_type: row.event_type,
    message: row.message,
    context: withoutSecrets(row.context),
  }
}

/** True where the event is in the feed of a row that satisfies the condition; `type` is the row's Django model. */
function isAbout(condition: Condition): Condition {
  return sql`exists (
    select from logging_feed as feed join django_content_type as type on type.id = feed.content_type_id
    where feed.event_id = ${column("row.id")} and ${condition})`
}

/** Events of the user, of the user's customers and projects, and of their resources, orders, tenants and OpenStack objects. */
function visible(user: User): Condition {
  const ofOwnProjects = (table: string) => sql`feed.object_id in (
    select held.id from ${sql.table(table)} as held join structure_project as project on project.id = held.project_id
    where ${inOwnProject(user)})`
  return isAbout(sql`case type.app_label || '.' || type.model
    when 'core.user' then feed.object_id = ${user.id}
    when 'structure.customer' then feed.object_id in ${ownScopes(user, "structure", "customer")}
    when 'structure.project' then feed.object_id in (
      select project.id from structure_project as project where ${inOwnProject(user)})
    when 'marketplace.resource' then ${ofOwnProjects("marketplace_resource")}
    when 'marketplace.order' then ${ofOwnProjects("marketplace_order")}
    when 'openstack.tenant' then ${ofOwnProjects("openstack_tenant")}
    when 'openstack.network' then ${ofOwnProjects("openstack_network")}
    when 'openstack.subnet' then ${ofOwnProjects("openstack_subnet")}
    when 'openstack.securitygroup' then ${ofOwnProjects("openstack_securitygroup")}
    when 'openstack.router' then ${ofOwnProjects("openstack_router")}
    when 'openstack.port' then ${ofOwnProjects("openstack_port")}
    else false end`)
}

/** The model and table by the path of an endpoint. */
const scopes = {
  "marketplace-resources": { model: ["marketplace", "resource"], table: "marketplace_resource" },
  "marketplace-orders": { model: ["marketplace", "order"], table: "marketplace_order" },
  "openstack-tenants": { model: ["openstack", "tenant"], table: "openstack_tenant" },
  projects: { model: ["structure", "project"], table: "structure_project" },
  customers: { model: ["structure", "customer"], table: "structure_customer" },
  "openstack-networks": { model: ["openstack", "network"], table: "openstack_network" },
  "openstack-subnets": { model: ["openstack", "subnet"], table: "openstack_subnet" },
  "openstack-security-groups": { model: ["openstack", "securitygroup"], table: "openstack_securitygroup" },
  "openstack-routers": { model: ["openstack", "router"], table: "openstack_router" },
  "openstack-ports": { model: ["openstack", "port"], table: "openstack_port" },
  "marketplace-public-offerings": { model: ["marketplace", "offering"], table: "marketplace_offering" },
  "marketplace-provider-offerings": { model: ["marketplace", "offering"], table: "marketplace_offering" },
  users: { model: ["core", "user"], table: "core_user" },
} as const

/** Events of the row with the given URL; none where the URL is not of such a row. */
const scope: Filter = (sent) => {
  const [, name = "", text] = /\/api\/([a-z-]+)\/([0-9a-f-]+)\/?$/i.exec(sent.at(-1) ?? "") ?? []
  const uuid = parseUuid(text)
  const found = Object.entries(scopes).find(([path]) => path === name)?.[1]
  if (uuid === undefined || found === undefined) return sql`false`
  const [app, model] = found.model
  return isAbout(sql`type.app_label = ${app} and type.model = ${model} and feed.object_id = (
    select id from ${sql.table(found.table)} where uuid = ${dashed(uuid)})`)
}

export const events = endpoint({
  path: "events",
  model: "Event",
  select,
  visible,
  filters: { scope, event_type: anyText("row.event_type"), message: contains("row.message") },
  orders: { created: "row.created" },
  order: "-row.created",
  show: showEvent,
})
