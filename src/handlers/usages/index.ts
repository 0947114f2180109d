import {
  bool,
  date,
  id,
  int,
  nullable,
  numeric,
  type Table,
  timestamp,
  uuid,
  varchar,
} from "../../models/columns.ts"
import { hostTables } from "../../models/host-tables.ts"
import type { Destination, WriteDestination } from "../destination.ts"
import type { Handler, HandlerContext } from "../handler.ts"
import { writeCurrentUsages } from "./component-usages.ts"
import { tenantQuotas } from "./quotas.ts"
import { writeLimits, writeUsages } from "./write-quotas.ts"

const marketplace_componentusage = {
  id,
  created: timestamp,
  modified: timestamp,
  description: varchar,
  uuid,
  usage: numeric,
  date: timestamp,
  billing_period: date,
  component_id: int,
  plan_period_id: nullable(int),
  resource_id: int,
  recurring: bool,
  backend_id: varchar,
  modified_by_id: nullable(int),
} as const satisfies Table

/** Writes limits and usages of a new tenant as its cloud has them, and the usages of its resource, as Waldur's pull does. */
export const usagesHandler: Handler = {
  name: "usages",
  writes: {
    marketplace_componentusage,
    quotas_quotalimit: hostTables.quotas_quotalimit,
    quotas_quotausage: hostTables.quotas_quotausage,
  },
  readDestination: readUsages,
}

async function readUsages(
  { quotas: quotasOf, read }: Destination,
  context: HandlerContext,
): Promise<WriteDestination> {
  const [compute, volume, network] = await Promise.all([
    read("usages of machines", () => quotasOf("compute")),
    read("usages of volumes", () => quotasOf("volume")),
    read("usages of networks", () => quotasOf("network")),
  ])
  const quotas = tenantQuotas({ compute, volume, network })
  return async (trx, rows) => {
    await writeLimits(trx, rows.tenantId, quotas)
    const isChanged = await writeUsages(trx, rows.tenantId, quotas)
    if (isChanged) await writeCurrentUsages(trx, rows, context.now())
  }
}
