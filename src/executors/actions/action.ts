import type { Trx } from "../../models/database.ts"
import type { WorkerContext } from "../stage/worker-context.ts"

/** What a user requests of a migration. */
export interface ActionRequest {
  readonly migrationId: number
  /** Name of the user, as events and messages show it. */
  readonly requestedBy: string
}

/**
 * Carries out a request in the caller's transaction.
 * @returns false where the migration's state does not allow it; nothing is changed then
 */
export type Action = (ctx: WorkerContext, trx: Trx, request: ActionRequest) => Promise<boolean>
