import t from "tap"
import { startPostgres } from "../../host/postgres.ts"
import { newTally } from "./counters.ts"
import { seeded } from "./random.ts"
import { callPlaces, killAt, latePlaces, nameOf, openSlice, stagePlaces, statementPlaces } from "./slice.ts"

/** `npm run chaos -- --mode a` tries all places; here a few of each sort, the same each time. */
const seed = Number(process.env.SEED ?? 1)

/** Longer than a busy machine needs. */
const patience = { timeout: 290_000 }

t.test(
  "wherever a worker is killed, its successor comes to what a calm run comes to",
  patience,
  async (t) => {
    const { TEST_DATABASE_URL: given } = process.env
    const server = given === undefined ? await startPostgres() : undefined
    t.comment(`SEED=${seed}`)
    const lane = await openSlice(given ?? server?.url ?? "")
    const random = seeded(seed)
    const drawn = [stagePlaces(lane), callPlaces(lane), latePlaces(lane), statementPlaces(lane)].flatMap(
      (places) => random.shuffle(places).slice(0, 1),
    )
    // The project is what everything else hangs on: it was once made twice.
    for (const place of [...drawn, { at: "late", count: 1 } as const]) {
      const tally = newTally()
      await killAt(lane, place, tally)
      t.strictSame(tally.losses, [], `killed at ${nameOf(place)}`)
    }
    await lane.arena.close()
    await server?.stop()
  },
)
