import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { ComponentsSaved, OfferingsCreated } from "../handler.ts"
import { hexOf, typeOf } from "./owner.ts"
import { writeEvents } from "./write-events.ts"

/** Writes that offerings were created for the machines and volumes of a tenant. */
export async function logOfferings(trx: Trx, { resourceId, offeringIds }: OfferingsCreated): Promise<void> {
  await writeEvents(
    trx,
    sql`${resourceId}::int`,
    sql`
      select array[offering.id] as position, 'marketplace_offering_created' as event_type,
        'Offering has been created.' as message,
        owner.by_user || jsonb_build_object('offering_uuid', ${hexOf("offering")}, 'offering_name', offering.name) as context,
        array[offering.id, offering.customer_id] as object_ids,
        array[${typeOf("marketplace", "offering")}, ${typeOf("structure", "customer")}] as content_type_ids
      from owner cross join marketplace_offering offering
      where offering.id = any(${[...offeringIds]}::int[])`,
  )
}

/** Writes that components of an offering were created or updated. */
export async function logComponents(
  trx: Trx,
  { resourceId, created, updated }: ComponentsSaved,
): Promise<void> {
  await writeEvents(
    trx,
    sql`${resourceId}::int`,
    sql`
      select array[component.id] as position,
        'marketplace_offering_component_' || change.name as event_type,
        'Offering component ' || component.name || ' has been ' || change.name || '.' as message,
        owner.by_user || jsonb_build_object(
          'offering_component_type', component.type, 'offering_component_name', component.name,
          'offering_component_measured_unit', component.measured_unit) as context,
        array[offering.id, offering.customer_id] as object_ids,
        array[${typeOf("marketplace", "offering")}, ${typeOf("structure", "customer")}] as content_type_ids
      from owner
        cross join (
          select unnest(${[...created]}::int[]) as id, 'created' as name
          union all select unnest(${[...updated]}::int[]), 'updated') change
        join marketplace_offeringcomponent component on component.id = change.id
        join marketplace_offering offering on offering.id = component.offering_id`,
  )
}
