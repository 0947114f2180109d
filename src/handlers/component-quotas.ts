import { sql } from "kysely"
import { handlerTables } from "../models/host-tables.ts"
import type { Handler, HandlerContext } from "./handler.ts"
import type { ResourceRow, Saved } from "./hooks.ts"

/** Copies the limits of a new resource into the quotas of its components. */
export const componentQuotasHandler: Handler = {
  name: "componentQuotas",
  writes: { marketplace_componentquota: handlerTables.marketplace_componentquota },
  hooks: (context) => ({ resource: [(saved) => insertComponentQuotas(context, saved)] }),
}

/**
 * Inserts a row for each component of the offering that is billed by limit and has a limit in the resource. The limit is
 * that of the resource, in its unit (RAM in MiB).
 */
async function insertComponentQuotas(
  { now }: HandlerContext,
  { instance, created, trx }: Saved<ResourceRow>,
): Promise<void> {
  if (!created) return
  const at = now()
  await sql`
    insert into marketplace_componentquota ("limit", usage, component_id, resource_id, created, modified)
    select (resource.limits ->> component.type)::numeric, 0, component.id, resource.id, ${at}, ${at}
    from marketplace_resource resource
    join marketplace_offeringcomponent component on component.offering_id = resource.offering_id
    where resource.id = ${instance.id} and component.billing_type = 'limit'
      and resource.limits ->> component.type is not null
    order by component.id`.execute(trx)
}
