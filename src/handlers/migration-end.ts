import { CoreState, hasEnded, ResourceState } from "../models/codes.ts"
import type { Hooks, MigrationRow, Saved } from "./hooks.ts"
import { saveRow } from "./save.ts"

/** Returns whether a migration ends with this save. The end of a rollback does not count. */
export function endsMigration({ instance, previous }: Saved<MigrationRow>): boolean {
  const isRollback =
    previous?.state === CoreState.DELETING || previous?.state === CoreState.DELETION_SCHEDULED
  return hasEnded(instance.state) && !isRollback && previous?.state !== instance.state
}

/**
 * Sets the state of a migration's resource when the migration ends: OK → OK; ERRED → Erred, or Terminated where nothing was
 * created in the cloud.
 */
export async function updateResourceState(hooks: Hooks, saved: Saved<MigrationRow>): Promise<void> {
  if (!endsMigration(saved)) return
  const { instance, trx } = saved
  const resource = await trx
    .selectFrom("marketplace_resource")
    .select(["id", "backend_id", "state"])
    .where("id", "=", instance.dst_resource_id)
    .executeTakeFirstOrThrow()
  const state = resourceStateAfter(instance.state, resource)
  if (state === resource.state) return
  await saveRow(trx, hooks, "resource", resource.id, { state, error_message: instance.error_message })
}

function resourceStateAfter(
  migration: number,
  resource: { readonly backend_id: string; readonly state: number },
): number {
  if (migration === CoreState.OK) return ResourceState.OK
  if (resource.state !== ResourceState.CREATING) return resource.state
  return resource.backend_id === "" ? ResourceState.TERMINATED : ResourceState.ERRED
}
