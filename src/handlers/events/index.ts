import { id, int, nullable, text, uuid, varchar } from "../../models/columns.ts"
import { handlerTables } from "../../models/host-tables.ts"
import type { Handler } from "../handler.ts"
import { logCreated, logDeleted, logFailed, logScheduled } from "./objects.ts"
import { logComponents, logOfferings } from "./offerings.ts"
import { logRequested, logResource } from "./resources.ts"
import { logRulesCreated, logRulesDeleted, logRulesPruned } from "./rules.ts"

const rules = "openstack_securitygrouprule"

/**
 * Writes Waldur's event log: of the resource, of every object of its tenant, and of offerings and their components. Events of
 * objects are written in the transaction that changes their rows, for all of them in one statement.
 */
export const eventsHandler: Handler = {
  name: "events",
  writes: { logging_event: handlerTables.logging_event, logging_feed: handlerTables.logging_feed },
  reads: {
    structure_customer: { id, uuid, name: varchar, abbreviation: varchar, contact_details: text },
    marketplace_offeringcomponent: {
      id,
      offering_id: int,
      type: varchar,
      name: varchar,
      measured_unit: varchar,
    },
    marketplace_offering: { id, uuid, name: varchar, customer_id: nullable(int) },
  },
  hooks: () => ({ resource: [logResource] }),
  objects: () => ({
    async inserted(trx, rows) {
      // Waldur finds the ports of interfaces in the cloud, and logs no creation of them.
      if (rows.kind === "interface") return
      if (rows.table === "openstack_tenant")
        for (const tenantId of rows.rowIds) await logRequested(trx, tenantId)
      await logScheduled(trx, rows)
    },
    created: (trx, rows) => (rows.table === rules ? logRulesCreated : logCreated)(trx, rows),
    failed: logFailed,
    deleted: (trx, rows) => (rows.table === rules ? logRulesDeleted : logDeleted)(trx, rows),
    pruned: logRulesPruned,
  }),
  offeringsCreated: logOfferings,
  componentsSaved: logComponents,
}
