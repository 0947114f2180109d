import { setTimeout as sleep } from "node:timers/promises"
import { type Action, act } from "../helpers/migration.ts"
import { waitFor } from "../helpers/wait-for.ts"
import type { Harness } from "./harness.ts"
import type { Random } from "./random.ts"

/** What the owner does with a migration: nothing; cancel it and retry it; cancel it and roll it back. */
export type Scenario = "undisturbed" | "retried" | "rolled back"

export function pickScenario(random: Random): Scenario {
  return random.pick(["undisturbed", "undisturbed", "retried", "rolled back"])
}

/** The longest time after which its owner cancels a migration, in milliseconds. */
const longestMs = 2_000

/** Performs the owner's actions and waits for the end of the migration. Returns what went wrong. */
export async function runScenario(
  harness: Harness,
  uuid: string,
  scenario: Scenario,
  random: Random,
): Promise<readonly string[]> {
  const waitMs = random.int(0, longestMs)
  if (scenario !== "undisturbed") {
    await sleep(waitMs)
    // 409: the migration has ended meanwhile.
    await actWhenUp(harness, uuid, "cancel", [202, 409])
  }
  if (!(await ends(harness, uuid))) return ["it does not end"]
  if (scenario === "undisturbed") return []
  if (scenario === "retried") await actWhenUp(harness, uuid, "retry", [200, 409])
  else await actWhenUp(harness, uuid, "rollback", [202])
  if (!(await ends(harness, uuid))) return [`it does not end after it was ${scenario}`]
  if (scenario === "retried") return []
  const { rows } = await harness.pool.query<{ error: string }>(
    "select error_message as error from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  const error = rows[0]?.error ?? ""
  return /^Rollback requested by .* is complete: \d+ objects? w(?:as|ere) removed\.$/.test(error)
    ? []
    : [`rolled back: ${error}`]
}

async function ends(harness: Harness, uuid: string): Promise<boolean> {
  return (await harness.untilEnded([uuid])).length === 0
}

/** Requests an action, again while the database is down. */
async function actWhenUp(
  harness: Harness,
  uuid: string,
  action: Action,
  expected: readonly number[],
): Promise<void> {
  const host = { url: harness.url, rows: { users: { owner: { token: harness.token } } } }
  const response = () =>
    act(host, uuid, action).then((answer) => (answer.status === 503 ? undefined : answer))
  const { status, body } = await waitFor(`${action} to get a response`, response, { everyMs: 200 })
  if (!expected.includes(status)) throw new Error(`${action} returned ${status}: ${JSON.stringify(body)}`)
}
