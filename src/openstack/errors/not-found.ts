import { CloudError } from "./cloud-error.ts"

/** Whether a call failed because what it names does not exist, or is not visible to this user (404). */
export function isNotFound(error: unknown): error is CloudError {
  return error instanceof CloudError && error.failure.status === 404
}

/** Waits for a deletion. An object that does not exist counts as deleted. */
export async function ignoreNotFound(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
