import type { CallRecord } from "../src/openstack/types.ts"

/** What one way of making the tenant cost. */
export interface Cost {
  /** Sign-ins included. */
  readonly calls: number
  /** Sign-ins left out. */
  readonly writes: number
  readonly seconds: number
}

/** Measures work that reports its calls to the observer that it is given. */
export async function measure(work: (observe: (call: CallRecord) => void) => Promise<void>): Promise<Cost> {
  let calls = 0
  let writes = 0
  const began = performance.now()
  await work((call) => {
    calls += 1
    if (call.write) writes += 1
  })
  return { calls, writes, seconds: (performance.now() - began) / 1_000 }
}
