import type { WriteDestination } from "../../handlers/index.ts"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import { CloudError } from "../../openstack/index.ts"
import { StageYield } from "../queue/interruption.ts"
import { withReadRetry } from "../stage/read-retry.ts"
import type { Run } from "../stage/run.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** What the handlers have read of a destination. */
export interface ReadDestination {
  /** Writes it, in the transaction that ends the migration. */
  readonly write: WriteDestination
  /** What could not be read, with the reason. */
  readonly notRead: readonly string[]
}

/**
 * Reads what the handlers write of a destination at the end of its migration. What a cloud does not show is left out, and the
 * migration is none the worse for it: Waldur's own jobs read the same again.
 * @param seen the destination with what the verification has read of it
 * @throws StageYield for a long pause that the cloud requests, unless the migration was cancelled
 */
export async function readDestination(
  { handlers }: WorkerContext,
  run: Run,
  seen: CloudContext,
  stopped: AbortSignal | undefined,
): Promise<ReadDestination> {
  const notRead: string[] = []
  const write = await handlers.readDestination({
    cloud: seen.cloud,
    projectId: seen.projectId,
    ports: () => seen.collection("ports"),
    quotas: async (service) => (await seen.quotas(service)).details,
    async read(what, reading) {
      try {
        return await withReadRetry(reading, stopped)
      } catch (error) {
        const isUnreadable = error instanceof CloudError || (error instanceof StageYield && run.cancelled)
        if (!isUnreadable) throw error
        notRead.push(`${what}: ${error.message}`)
        return undefined
      }
    },
  })
  return { write, notRead: notRead.toSorted() }
}
