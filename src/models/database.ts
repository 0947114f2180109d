import { Kysely, PostgresDialect, type Transaction } from "kysely"
import type pg from "pg"
import type { RowOf } from "./columns.ts"
import type { hostTables } from "./host-tables.ts"
import type {
  EventTable,
  FencedOwnerTable,
  LimiterTable,
  LimiterUsageTable,
  ObjectTable,
  RunTable,
  StageTable,
  WorkerTable,
} from "./own-tables.ts"

type HostTables = { [Name in keyof typeof hostTables]: RowOf<(typeof hostTables)[Name]> }

export interface Database extends HostTables {
  "openstack_replication.run": RunTable
  "openstack_replication.stage": StageTable
  "openstack_replication.worker": WorkerTable
  "openstack_replication.limiter": LimiterTable
  "openstack_replication.limiter_usage": LimiterUsageTable
  "openstack_replication.fenced_owner": FencedOwnerTable
  "openstack_replication.object": ObjectTable
  "openstack_replication.event": EventTable
}

/** A connection to the host's database, or a transaction on it. */
export type Db = Kysely<Database>
export type Trx = Transaction<Database>

export function openDatabase(pool: pg.Pool): Db {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}
