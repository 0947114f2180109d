import { sql } from "kysely"
import type { Committed, Hooks, Saved } from "./hooks.ts"

/** The worker task that delivers a committed save to the `afterCommit` hooks. */
export const afterCommitTask = "openstack_replication_after_commit"

/** Deliveries are short, and run before stages that wait for a worker. */
const beforeStages = -1

declare global {
  namespace GraphileWorker {
    interface Tasks {
      openstack_replication_after_commit: Committed
    }
  }
}

/**
 * Enqueues the delivery of a save in the save's own transaction, so that it is delivered if and only if it is committed.
 * Always, even without hooks here: the process that saves need not be the one that has the hooks.
 */
export async function enqueueAfterCommit<Row extends { id: number; uuid: string; state: number }>(
  queueSchema: string,
  model: Committed["model"],
  { instance, previous, created, trx }: Saved<Row>,
): Promise<void> {
  const committed: Committed = {
    model,
    id: instance.id,
    uuid: instance.uuid,
    created,
    from: previous?.state ?? null,
    to: instance.state,
  }
  await sql`
    select ${sql.ref(queueSchema)}.add_job(
      ${afterCommitTask}, payload => ${JSON.stringify(committed)}::json, priority => ${beforeStages})`.execute(
    trx,
  )
}

/** Calls every `afterCommit` hook. If one throws, the job runs again and calls all of them. */
export async function deliverAfterCommit(hooks: Hooks, saved: Committed): Promise<void> {
  for (const hook of hooks.afterCommit ?? []) await hook(saved)
}
