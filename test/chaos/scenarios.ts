import { setTimeout as sleep } from "node:timers/promises"
import { ask } from "../helpers/http.ts"
import type { Arena } from "./harness.ts"
import type { Random } from "./random.ts"

/** What its owner does to a migration: nothing; cancel it and take it up again; cancel it and roll it back. */
export type Fate = "left alone" | "taken up again" | "rolled back"

export function drawFate(random: Random): Fate {
  return random.pick(["left alone", "left alone", "taken up again", "rolled back"])
}

/** The longest that a migration runs before its owner cancels it, in milliseconds. */
const longestMs = 2_000

/** Leads a migration to its end. Answers what was not as it has to be. */
export async function live(
  arena: Arena,
  uuid: string,
  fate: Fate,
  random: Random,
): Promise<readonly string[]> {
  const waitMs = random.int(0, longestMs)
  if (fate !== "left alone") {
    await sleep(waitMs)
    // 409: it has ended meanwhile.
    await act(arena, uuid, "cancel", [202, 409])
  }
  if (!(await ends(arena, uuid))) return ["it does not end"]
  if (fate === "left alone") return []
  if (fate === "taken up again") await act(arena, uuid, "retry", [200, 409])
  else await act(arena, uuid, "rollback", [202])
  if (!(await ends(arena, uuid))) return [`it does not end after it was ${fate}`]
  if (fate === "taken up again") return []
  const { rows } = await arena.pool.query<{ error: string }>(
    "select error_message as error from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  const error = rows[0]?.error ?? ""
  return /^Rolled back for .*: \d+ objects? w(?:as|ere) removed\.$/.test(error)
    ? []
    : [`rolled back: ${error}`]
}

async function ends(arena: Arena, uuid: string): Promise<boolean> {
  return (await arena.untilEnded([uuid])).length === 0
}

/** Asks until the database is there. */
async function act(arena: Arena, uuid: string, action: string, expected: readonly number[]): Promise<void> {
  for (;;) {
    const url = `${arena.url}/api/openstack-migrations/${uuid}/${action}/`
    const { status, body } = await ask(url, { method: "POST", token: arena.token })
    if (expected.includes(status)) return
    if (status !== 503) throw new Error(`${action} answered ${status}: ${JSON.stringify(body)}`)
    await sleep(200)
  }
}
