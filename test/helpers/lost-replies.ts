import type pg from "pg"

/** Returns the cloud's ids of a migration's objects of one kind. */
export async function idsOf(pool: pg.Pool, migration: number, kind: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ backend_id: string }>(
    `select backend_id from openstack_replication.object
     where migration_id = $1 and kind = $2 and state = 'done' order by position`,
    [migration, kind],
  )
  return rows.map((row) => row.backend_id)
}

/** Deletes what was recorded of a kind, as if the worker had been killed before any response, and readies its stage. */
export async function loseReplies(pool: pg.Pool, migration: number, kind: string): Promise<void> {
  await pool.query(
    `update openstack_replication.object set state = 'creating', backend_id = null
     where migration_id = $1 and kind = $2 and state = 'done'`,
    [migration, kind],
  )
  await makeReady(pool, migration, kind)
}

/** Sets a stage that has ended to ready. */
export async function makeReady(pool: pg.Pool, migration: number, stage: string): Promise<void> {
  await pool.query(
    "update openstack_replication.stage set state = 'ready' where migration_id = $1 and name = $2",
    [migration, stage],
  )
}
