import { CloudError } from "../openstack/index.ts"

/**
 * Waits for requests that follow a create request. When one of them fails, the objects exist: the error is marked as
 * uncertain, so that the next pass looks for the objects first and creates none twice.
 */
export async function markUncertain<T>(rest: Promise<T>): Promise<T> {
  try {
    return await rest
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    throw new CloudError({ ...error.failure, uncertain: true, retry: "later" }, { cause: error })
  }
}
