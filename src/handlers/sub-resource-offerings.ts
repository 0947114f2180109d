import { sql } from "kysely"
import { OfferingState, ResourceState } from "../models/codes.ts"
import {
  bool,
  float,
  id,
  int,
  jsonb,
  nullable,
  type Table,
  text,
  timestamp,
  uuid,
  varchar,
} from "../models/columns.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Trx } from "../models/database.ts"
import { hostTables } from "../models/host-tables.ts"
import { entersState } from "./enters-state.ts"
import type { Handler, HandlerContext } from "./handler.ts"
import type { ResourceRow, Saved } from "./hooks.ts"

const json = jsonb<unknown>()

/** Every column of an offering. */
const marketplace_offering = {
  id,
  created: timestamp,
  modified: timestamp,
  description: varchar,
  name: varchar,
  uuid,
  object_id: nullable(int),
  thumbnail: nullable(varchar),
  full_description: text,
  vendor_details: text,
  rating: nullable(int),
  attributes: json,
  options: json,
  native_name: varchar,
  native_description: varchar,
  terms_of_service: text,
  type: varchar,
  state: int,
  paused_reason: text,
  shared: bool,
  billable: bool,
  backend_id: varchar,
  category_id: int,
  content_type_id: nullable(int),
  customer_id: nullable(int),
  plugin_options: json,
  parent_id: nullable(int),
  datacite_doi: varchar,
  secret_options: json,
  citation_count: int,
  error_message: text,
  latitude: nullable(float),
  longitude: nullable(float),
  project_id: nullable(int),
  privacy_policy_link: varchar,
  terms_of_service_link: varchar,
  image: nullable(varchar),
  country: varchar,
  getting_started: text,
  integration_guide: text,
  resource_options: json,
  backend_metadata: json,
  slug: varchar,
} as const satisfies Table

/** What the offerings of a tenant are for. The slug begins with the first 8 characters of every such name. */
const wanted = [
  {
    type: "OpenStack.Instance",
    prefix: "Virtual machine in ",
    slugPrefix: "virtual-",
    category: "default_vm_category",
  },
  {
    type: "OpenStack.Volume",
    prefix: "Volume in ",
    slugPrefix: "volume-i",
    category: "default_volume_category",
  },
] as const

/** Creates the offerings by which machines and volumes are ordered in a tenant, and archives them at its end. */
export const subResourceOfferingsHandler: Handler = {
  name: "subResourceOfferings",
  writes: { marketplace_offering, quotas_quotausage: hostTables.quotas_quotausage },
  reads: { marketplace_category: { id, default_vm_category: bool, default_volume_category: bool } },
  hooks: (context) => ({ resource: [(saved) => createOfferings(context, saved), archiveOfferings] }),
}

/** Where a resource becomes OK, in whatever way, its tenant gets the offerings that it lacks. */
async function createOfferings(context: HandlerContext, saved: Saved<ResourceRow>): Promise<void> {
  const { instance, trx } = saved
  if (!entersState(saved, ResourceState.OK) || instance.object_id === null) return
  // The table has no unique key for a tenant's offerings: the lock keeps two transactions from creating them twice.
  await trx
    .selectFrom("openstack_tenant")
    .select("id")
    .where("id", "=", instance.object_id)
    .forUpdate()
    .execute()
  const created = []
  for (const one of wanted) created.push(...(await createOffering(trx, instance, one, context.now())))
  if (created.length === 0) return
  await countOfferings(trx, created)
  const offeringIds = created.map((offering) => offering.id)
  await context.offeringsCreated(trx, { resourceId: instance.id, offeringIds })
}

interface Offering {
  readonly id: number
  readonly categoryId: number
  readonly state: number
}

/** Inserts one offering. Without a category for it, or where the tenant has such an offering, nothing is inserted. */
async function createOffering(
  trx: Trx,
  resource: ResourceRow,
  { type, prefix, slugPrefix, category }: (typeof wanted)[number],
  now: Date,
): Promise<readonly Offering[]> {
  const { rows } = await sql<Offering>`
    insert into marketplace_offering (
      created, modified, uuid, type, name, slug, content_type_id, object_id, category_id, parent_id, customer_id, project_id,
      shared, billable, state, attributes, thumbnail, vendor_details, getting_started, integration_guide, latitude, longitude,
      description, full_description, native_name, native_description, terms_of_service, terms_of_service_link,
      privacy_policy_link, country, image, backend_id, error_message, paused_reason, datacite_doi, options, plugin_options,
      secret_options, resource_options, backend_metadata, rating, citation_count)
    select ${now}, ${now}, gen_random_uuid(), ${type}, left(${prefix} || tenant.name, 150),
      ${`${slugPrefix}-`} || 1 + coalesce((
        select max(substr(slug, ${slugPrefix.length + 2})::int) from marketplace_offering
        where slug ~ ${`^${slugPrefix}-[0-9]{1,9}$`}), 0),
      ${resource.content_type_id}::int, tenant.id, category.id, parent.id, project.customer_id, project.id,
      false, false, parent.state, parent.attributes, parent.thumbnail, parent.vendor_details, parent.getting_started,
      parent.integration_guide, parent.latitude, parent.longitude,
      '', '', '', '', '', '', '', '', '', '', '', '', '', '{}', '{}', '{}', '{}', '{}', null, -1
    from openstack_tenant tenant
      join structure_project project on project.id = tenant.project_id
      join marketplace_offering parent on parent.id = ${resource.offering_id}
      join (select min(id) as id from marketplace_category where ${sql.ref(category)}) category on category.id is not null
    where tenant.id = ${resource.object_id} and not exists (
      select from marketplace_offering
      where content_type_id = ${resource.content_type_id} and object_id = tenant.id and type = ${type})
    returning id, category_id as "categoryId", state`.execute(trx)
  return rows
}

/** Adds active offerings to the numbers of offerings that Waldur keeps for their categories. */
async function countOfferings(trx: Trx, offerings: readonly Offering[]): Promise<void> {
  const active = offerings.filter(({ state }) => state === OfferingState.ACTIVE)
  if (active.length === 0) return
  const content_type_id = await contentTypeId(trx, "marketplace", "category")
  await trx
    .insertInto("quotas_quotausage")
    .values(
      active.map(({ categoryId }) => ({
        name: "offering_count",
        delta: 1,
        object_id: categoryId,
        content_type_id,
      })),
    )
    .execute()
}

/** As Waldur does when a tenant is deleted: the state alone changes, without an event, and the counts stay. */
async function archiveOfferings(saved: Saved<ResourceRow>): Promise<void> {
  if (!entersState(saved, ResourceState.TERMINATED)) return
  const { instance, trx } = saved
  if (instance.object_id === null || instance.content_type_id === null) return
  await trx
    .withTables<{
      marketplace_offering: { state: number; type: string; object_id: number; content_type_id: number }
    }>()
    .updateTable("marketplace_offering")
    .set({ state: OfferingState.ARCHIVED })
    .where("content_type_id", "=", instance.content_type_id)
    .where("object_id", "=", instance.object_id)
    .where(
      "type",
      "in",
      wanted.map(({ type }) => type),
    )
    .execute()
}
