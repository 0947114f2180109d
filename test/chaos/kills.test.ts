import t from "tap"
import { withServer } from "../helpers/database.ts"
import { newCounters } from "./counters.ts"
import {
  callKillPoints,
  lateKillPoints,
  nameOf,
  stageKillPoints,
  statementKillPoints,
} from "./kill-points.ts"
import { seeded } from "./random.ts"
import { killAt, openSlice } from "./slice.ts"

/** `npm run chaos -- --mode a` tries all points; this test one of each sort, the same ones each time. */
const seed = Number(process.env.SEED ?? 1)

/** Longer than a busy machine needs. */
const options = { timeout: 290_000 }

t.test("wherever a worker is killed, the next one reaches the result of an undisturbed run", options, (t) =>
  withServer(async (url) => {
    t.comment(`SEED=${seed}`)
    const slice = await openSlice(url)
    const random = seeded(seed)
    const sorts = [
      stageKillPoints(slice),
      callKillPoints(slice),
      lateKillPoints(slice),
      statementKillPoints(slice),
    ]
    const picked = sorts.flatMap((points) => random.shuffle(points).slice(0, 1))
    // The first write creates the project, which everything else is in.
    for (const point of [...picked, { at: "late", count: 1 } as const]) {
      const counters = newCounters()
      await killAt(slice, point, counters)
      t.strictSame(counters.deviations, [], `killed at ${nameOf(point)}`)
    }
    await slice.harness.close()
  }),
)
