import { saveRow } from "../handlers/index.ts"
import { CoreState } from "../models/codes.ts"
import type { Trx } from "../models/database.ts"
import type { Engine } from "./engine.ts"
import { readyStages } from "./graph.ts"
import { enqueueStages } from "./jobs.ts"
import type { StageHold } from "./journal.ts"

/** What the stages of one migration share. */
export interface Run {
  readonly settingsId: number
  readonly tenantId: number
  readonly marker: string
}

export interface CallCount {
  calls: number
  writes: number
}

/** Takes the stage: from here on an earlier worker of it can write no more. undefined: there is nothing to do. */
export async function startStage(
  engine: Engine,
  migration: number,
  stage: string,
): Promise<{ readonly hold: StageHold; readonly run: Run } | undefined> {
  return engine.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, migration)
    if (run === undefined) return undefined
    const taken = await trx
      .updateTable("openstack_replication.stage")
      .set((eb) => ({
        state: "running",
        attempt: eb("attempt", "+", 1),
        started: eb.fn.coalesce("started", eb.val(new Date())),
      }))
      .where("migration_id", "=", migration)
      .where("name", "=", stage)
      .where("state", "in", ["ready", "running"])
      .returning("attempt")
      .executeTakeFirst()
    if (taken === undefined) return undefined
    if (run.started === null) await startRun(engine, trx, migration, run.tenant_id)
    return {
      hold: { migration, stage, attempt: taken.attempt },
      run: { settingsId: run.settings_id, tenantId: run.tenant_id, marker: run.context.marker },
    }
  })
}

/** Stages that start or end at the same time do so one after another: else each might miss what the other changed. */
function lockRun(trx: Trx, migration: number) {
  return trx
    .selectFrom("openstack_replication.run")
    .selectAll()
    .where("migration_id", "=", migration)
    .forUpdate()
    .executeTakeFirst()
}

async function startRun(engine: Engine, trx: Trx, migration: number, tenantId: number): Promise<void> {
  await trx
    .updateTable("openstack_replication.run")
    .set({ started: new Date() })
    .where("migration_id", "=", migration)
    .execute()
  await saveRow(trx, engine.hooks, "migration", migration, { state: CoreState.CREATING })
  await trx
    .updateTable("openstack_tenant")
    .set({ state: CoreState.CREATING, modified: new Date() })
    .where("id", "=", tenantId)
    .execute()
}

/** Ends the stage, does what belongs to its end, and enqueues the stages that may start now: in one transaction. */
export async function finishStage(
  engine: Engine,
  hold: StageHold,
  run: Run,
  count: Readonly<CallCount>,
  atEnd: (trx: Trx) => Promise<void> = async () => undefined,
): Promise<void> {
  await engine.db.transaction().execute(async (trx) => {
    await lockRun(trx, hold.migration)
    const ended = await trx
      .updateTable("openstack_replication.stage")
      .set((eb) => ({
        state: "done",
        finished: new Date(),
        calls: eb("calls", "+", count.calls),
        writes: eb("writes", "+", count.writes),
      }))
      .where("migration_id", "=", hold.migration)
      .where("name", "=", hold.stage)
      .where("state", "=", "running")
      .where("attempt", "=", hold.attempt)
      .executeTakeFirst()
    if (ended.numUpdatedRows === 0n) return
    await atEnd(trx)
    await startReadyStages(engine, trx, hold.migration, run.settingsId)
  })
}

/** Enqueues the stages that wait for nothing that is not done. The caller holds the run's row. */
export async function startReadyStages(
  engine: Engine,
  trx: Trx,
  migration: number,
  settingsId: number,
): Promise<void> {
  const stages = await trx
    .selectFrom("openstack_replication.stage")
    .select(["name", "after", "state"])
    .where("migration_id", "=", migration)
    .execute()
  const ready = readyStages(stages)
  if (ready.length === 0) return
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "ready" })
    .where("migration_id", "=", migration)
    .where("name", "in", [...ready])
    .execute()
  await enqueueStages(trx, engine.queueSchema, settingsId, migration, ready)
}
