import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { nextStages } from "./graph.ts"
import type { WorkerContext } from "./worker-context.ts"

/** Ids of the rows that the stages of a migration are enqueued with. */
export interface MigrationIds {
  /** Id of the migration's row. */
  readonly migration: number
  /** Id of the destination's service settings. */
  readonly cloud: number
}

/**
 * Enqueues the stages whose dependencies are done, and ends the stages that have nothing to do. The caller has locked the
 * run.
 */
export async function startReadyStages(
  ctx: WorkerContext,
  trx: Trx,
  { migration, cloud }: MigrationIds,
): Promise<void> {
  const stages = await trx
    .selectFrom("openstack_replication.stage")
    .select(["name", "depends_on as dependsOn", "state"])
    .where("migration_id", "=", migration)
    .execute()
  const { idle, ready } = nextStages(stages, await busyKinds(trx, migration))
  const ended = { state: "done", started: orNow("started"), finished: orNow("finished") } as const
  if (idle.length > 0) await updateStages(trx, migration, idle).set(ended).execute()
  if (ready.length > 0) await updateStages(trx, migration, ready).set({ state: "ready" }).execute()
  await enqueueStages(trx, ctx.queueSchema, { migration, cloud, stages: ready })
}

function updateStages(trx: Trx, migration: number, names: readonly string[]) {
  return trx
    .updateTable("openstack_replication.stage")
    .where("migration_id", "=", migration)
    .where("name", "in", [...names])
}

/** A stage with nothing to do takes no time; a stage that is done once more keeps the times of its last work. */
function orNow(column: "started" | "finished") {
  return sql<Date>`coalesce(${sql.ref(column)}, now())`
}

/** Kinds with objects that have no outcome yet. */
async function busyKinds(trx: Trx, migration: number): Promise<ReadonlySet<string>> {
  const kinds = await trx
    .selectFrom("openstack_replication.object")
    .select("kind")
    .distinct()
    .where("migration_id", "=", migration)
    .where("state", "in", ["planned", "creating"])
    .execute()
  return new Set(kinds.map(({ kind }) => kind))
}
