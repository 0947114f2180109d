import { CloudError } from "../openstack/index.ts"

/**
 * Waits for what follows the call that has made objects. A refusal of it is none of the objects: as a call whose outcome
 * is open it lets the next pass look for them first, so that nothing is made twice.
 */
export async function markUncertain<T>(rest: Promise<T>): Promise<T> {
  try {
    return await rest
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    throw new CloudError({ ...error.failure, uncertain: true, retry: "later" }, { cause: error })
  }
}
