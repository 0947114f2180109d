import type { Kysely } from "kysely"
import type pg from "pg"
import {
  bool,
  id,
  int,
  jsonb,
  nullable,
  numeric,
  type RowOf,
  type Table,
  text,
  timestamp,
  uuid,
  varchar,
} from "../../src/models/columns.ts"
import { type Database, openDatabase } from "../../src/models/database.ts"

/** Tables and columns that the host's endpoints read beside those of the plugin. */
const readTables = {
  core_feature: { id, key: text, value: bool },
  core_user: { email: varchar },
  logging_event: {
    id,
    uuid,
    created: timestamp,
    event_type: varchar,
    message: text,
    context: jsonb<Readonly<Record<string, unknown>>>(),
  },
  marketplace_category: { id, title: varchar },
  marketplace_offering: {
    created: timestamp,
    category_id: int,
    description: varchar,
    getting_started: text,
    options: jsonb<unknown>(),
    resource_options: jsonb<unknown>(),
  },
  marketplace_offeringcomponent: {
    uuid,
    name: varchar,
    description: varchar,
    article_code: varchar,
    measured_unit: varchar,
    limit_period: nullable(varchar),
    limit_amount: nullable(int),
    min_value: nullable(int),
    max_value: nullable(int),
    max_available_limit: nullable(int),
    default_limit: nullable(int),
    is_boolean: bool,
  },
  marketplace_plan: { description: varchar, unit: varchar },
  marketplace_plancomponent: { id, plan_id: int, component_id: nullable(int), amount: int, price: numeric },
  openstack_volumetype: { description: varchar },
  permissions_role: { id, uuid, name: varchar },
  permissions_userrole: { expiration_time: nullable(timestamp) },
  structure_servicesettings: { shared: bool, customer_id: nullable(int) },
} as const satisfies Record<string, Table>

type ReadTables = { [Name in keyof typeof readTables]: RowOf<(typeof readTables)[Name]> }

/** The tables that the host's endpoints read. */
export type HostDb = Kysely<Database & ReadTables>

export function openHostTables(pool: pg.Pool): HostDb {
  return openDatabase(pool).withTables<ReadTables>()
}
