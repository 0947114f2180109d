import { CloudError } from "./cloud-error.ts"

/** Whether a cloud answered that something does not exist (404). */
export function isNotFound(error: unknown): error is CloudError {
  return error instanceof CloudError && error.failure.status === 404
}

/** Waits for a deletion; what is not there (404) is gone as asked. */
export async function ignoreNotFound(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
