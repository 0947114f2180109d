import { setTimeout as sleep } from "node:timers/promises"
import { sql } from "kysely"
import type { Db } from "../models/database.ts"
import { ownMigrations } from "../models/migrate.ts"

/** Whether a process can do its work, and which part of what that takes is missing. */
export interface Health {
  readonly ready: boolean
  /** By name: `database`, `tables`, `queue`; of a worker `runner` and `lease` too. */
  readonly checks: Readonly<Record<string, boolean>>
}

/** A database that does not answer within this time cannot be reached, in milliseconds. */
const patienceMs = 2_000

/** Whether the database answers, has the plugin's own tables as this version needs them, and those of the queue. */
export async function databaseHealth(db: Db, queueSchema: string): Promise<Health> {
  const giveUp = new AbortController()
  const checks = await Promise.race([
    readChecks(db, queueSchema).catch(() => unreachable),
    sleep(patienceMs, unreachable, { signal: giveUp.signal, ref: false }),
  ])
  giveUp.abort()
  return healthOf(checks)
}

export function healthOf(checks: Health["checks"]): Health {
  return { ready: Object.values(checks).every((good) => good), checks }
}

const unreachable = { database: false, tables: false, queue: false } as const

async function readChecks(db: Db, queueSchema: string) {
  const { rows } = await sql<{ tables: boolean; queue: boolean }>`
    select
      to_regclass('openstack_replication.schema_migration') is not null as tables,
      to_regclass(quote_ident(${queueSchema}) || '._private_jobs') is not null as queue`.execute(db)
  const [seen] = rows
  return {
    database: true,
    tables: seen?.tables === true && (await isMigrated(db)),
    queue: seen?.queue === true,
  }
}

/** A database that a newer version has brought further is good for this one too: see docs/operations.md. */
async function isMigrated(db: Db): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    select name from openstack_replication.schema_migration`.execute(db)
  const done = new Set(rows.map(({ name }) => name))
  return ownMigrations.every((name) => done.has(name))
}
