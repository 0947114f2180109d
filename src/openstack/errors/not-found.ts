import { CloudError } from "./cloud-error.ts"

/** Waits for a deletion; what is not there (404) is gone as asked. */
export async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!(error instanceof CloudError) || error.failure.status !== 404) throw error
  }
}
