import { setTimeout as sleep } from "node:timers/promises"
import { ask } from "../helpers/http.ts"

export interface ProbeCounts {
  /** 200. */
  ok: number
  /** 503: the database is down. */
  down: number
}

const pauseMs = 150

/** Requests the list of migrations all the time. Whatever happens to the database, the API responds with 200 or 503. */
export async function probe(
  url: string,
  token: string,
  counts: ProbeCounts,
  faults: string[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const seen = await ask(`${url}/api/openstack-migrations/`, { token }).then(
      ({ status, body }) => ({ status, body }),
      (error: unknown) => ({ status: 0, body: String(error) }),
    )
    if (seen.status === 200) counts.ok += 1
    else if (seen.status === 503) counts.down += 1
    else faults.push(`the API responded ${seen.status}: ${JSON.stringify(seen.body)}`)
    await sleep(pauseMs)
  }
}
