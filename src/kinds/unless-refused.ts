import { CloudError } from "../openstack/index.ts"

/** Waits for a call. Returns undefined if the cloud refuses it for good; other errors are thrown. */
export async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof CloudError && error.retry === "no") return undefined
    throw error
  }
}
