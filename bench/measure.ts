import type { CallRecord } from "../src/openstack/cloud/types.ts"

/** What one run took. */
export interface Cost {
  /** Including sign-ins. */
  readonly calls: number
  /** Without sign-ins. */
  readonly writes: number
  readonly seconds: number
}

/** Measures work that reports its calls to the given observer. */
export async function measure(work: (observe: (call: CallRecord) => void) => Promise<void>): Promise<Cost> {
  let calls = 0
  let writes = 0
  const start = performance.now()
  await work((call) => {
    calls += 1
    if (call.write) writes += 1
  })
  return { calls, writes, seconds: (performance.now() - start) / 1_000 }
}
