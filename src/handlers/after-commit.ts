import { sql } from "kysely"
import type { Committed, Hooks, Saved } from "./hooks.ts"

/** The worker task that tells hooks of a save after its commit. */
export const afterCommitTask = "openstack_replication_after_commit"

/** News is short, and goes before the stages that wait for a worker. */
const beforeStages = -1

declare global {
  namespace GraphileWorker {
    interface Tasks {
      openstack_replication_after_commit: Committed
    }
  }
}

/**
 * Enqueues the news of a save in its own transaction: it is delivered if and only if the save is committed. Always,
 * for the process that saves need not be the one whose hooks listen.
 */
export async function enqueueAfterCommit<Row extends { id: number; uuid: string; state: number }>(
  queueSchema: string,
  model: Committed["model"],
  { instance, previous, created, trx }: Saved<Row>,
): Promise<void> {
  const news: Committed = {
    model,
    id: instance.id,
    uuid: instance.uuid,
    created,
    from: previous?.state ?? null,
    to: instance.state,
  }
  await sql`
    select ${sql.ref(queueSchema)}.add_job(
      ${afterCommitTask}, payload => ${JSON.stringify(news)}::json, priority => ${beforeStages})`.execute(trx)
}

/** Tells every listener. If one throws, all of them hear of it again. */
export async function deliverAfterCommit(hooks: Hooks, saved: Committed): Promise<void> {
  for (const hook of hooks.afterCommit ?? []) await hook(saved)
}
