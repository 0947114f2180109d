import { setTimeout as sleep } from "node:timers/promises"
import { sql } from "kysely"
import type { Db } from "../models/database.ts"
import { ownMigrations } from "../models/migrate.ts"

/** Whether a process can do its work, and which of its requirements are not met. */
export interface Health {
  /** Whether all checks passed. */
  readonly ready: boolean
  /** Result by check: `database`, `tables`, `queue`, and of a worker also `runner` and `lease`. */
  readonly checks: Readonly<Record<string, boolean>>
}

/** A database that does not respond within this time counts as unreachable, in milliseconds. */
const timeoutMs = 2_000

/** Checks that the database responds and has the plugin's tables, as this version needs them, and the queue's. */
export async function databaseHealth(db: Db, queueSchema: string): Promise<Health> {
  const answered = new AbortController()
  const checks = await Promise.race([
    readChecks(db, queueSchema).catch(() => unreachable),
    sleep(timeoutMs, unreachable, { signal: answered.signal, ref: false }),
  ])
  answered.abort()
  return healthOf(checks)
}

export function healthOf(checks: Health["checks"]): Health {
  return { ready: Object.values(checks).every((passed) => passed), checks }
}

const unreachable = { database: false, tables: false, queue: false } as const

async function readChecks(db: Db, queueSchema: string) {
  const { rows } = await sql<{ tables: boolean; queue: boolean }>`
    select
      to_regclass('openstack_replication.schema_migration') is not null as tables,
      to_regclass(quote_ident(${queueSchema}) || '._private_jobs') is not null as queue`.execute(db)
  const [found] = rows
  return {
    database: true,
    tables: found?.tables === true && (await isMigrated(db)),
    queue: found?.queue === true,
  }
}

/** Tables that a newer version has migrated also serve this version: see "Upgrade" in docs/operations.md. */
async function isMigrated(db: Db): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    select name from openstack_replication.schema_migration`.execute(db)
  const applied = new Set(rows.map(({ name }) => name))
  return ownMigrations.every((name) => applied.has(name))
}
