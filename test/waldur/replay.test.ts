import t from "tap"
import { differences } from "./differences.ts"
import { withFixture } from "./fixture.ts"
import { readExchanges, type Shown, Translation } from "./recording.ts"

/** In the order of the recording: later requests use rows of earlier ones. */
const recordings = [
  "authentication",
  "validation",
  "permissions",
  "create",
  "list",
  "head_options_detail",
  "visibility",
  "update_delete",
]

t.test("every recorded request gets the response of the original", (t) =>
  withFixture(async ({ site, pool }) => {
    const translation = new Translation(site)
    const used = new Set<string>()
    for (const recording of recordings) {
      for (const exchange of readExchanges(recording)) {
        const name = `${recording}: ${exchange.case}`
        const recorded = translation.recorded(exchange)
        const lines = differences.filter(({ where }) => where(name, exchange))
        const expected = lines.reduce<Shown>((shown, { differs }) => differs(shown), recorded)
        t.strictSame(translation.ours(exchange, await translation.send(exchange)), expected, name)
        for (const { why, unless, after } of lines) {
          used.add(why)
          if (unless !== undefined) {
            await pool.query(unless)
            const rest = lines.filter((line) => line.unless === undefined)
            const again = rest.reduce<Shown>((shown, { differs }) => differs(shown), recorded)
            t.strictSame(
              translation.ours(exchange, await translation.send(exchange)),
              again,
              `${name}, where nothing is against it`,
            )
          }
          if (after !== undefined) await pool.query(after)
        }
      }
    }
    t.strictSame(
      differences.filter(({ why }) => !used.has(why)),
      [],
      "every listed difference occurs",
    )
  }),
)
