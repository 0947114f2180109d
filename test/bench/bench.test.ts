import t from "tap"
import { simulatedClouds } from "../../bench/clouds.ts"
import { minimumTime } from "../../bench/minimum.ts"
import { readBenchOptions } from "../../bench/options.ts"
import { recipeOf, reportOf, textOf } from "../../bench/report.ts"
import { openBench } from "../../bench/run.ts"
import { network } from "../../src/kinds/network.ts"
import { securityGroupRule } from "../../src/kinds/security-group-rule.ts"
import { withDatabase } from "../helpers/database.ts"

const setup = { sequential: true, latencyMs: 0, atOnce: [], print: () => undefined }

t.test("the bench replicates a tenant by the plugin and sequentially and counts the calls of both", (t) =>
  withDatabase(async ({ pool }) => {
    const clouds = await simulatedClouds(0)
    try {
      const result = await openBench({ ...setup, pool, clouds, size: "small" }).run()
      const { plugin, sequential, minimum } = result
      t.ok(plugin.writes <= 30, `the plugin writes ${plugin.writes} times`)
      t.match(sequential, { calls: 91, writes: 52 }, "Waldur's number of calls")
      t.ok(minimum && minimum.calls <= plugin.calls, "at least the necessary calls")
      const text = textOf(reportOf(result, recipeOf(readBenchOptions(["--latency", "0"], {}), 20)))
      t.match(text, /plugin, from POST to OK and verified +\d+ +\d+ +\d+\.\d/)
    } finally {
      await clouds.close()
    }
  }),
)

t.test("the sequential run makes the calls that were recorded of Waldur", (t) =>
  withDatabase(async ({ pool }) => {
    const clouds = await simulatedClouds(0)
    try {
      const { sequential, plugin } = await openBench({ ...setup, pool, clouds, size: "medium" }).run()
      // Recorded: 428, and 25 for the ports. Two of them, one of which lists images, are not made here.
      t.equal(sequential?.calls, 451)
      // Five of them read flavors, images, volume types and zones for the marketplace's rows.
      t.ok(plugin.calls < 135, `the plugin makes ${plugin.calls}`)
    } finally {
      await clouds.close()
    }
  }),
)

t.test(
  "the minimum is the longest chain or the calls at the rate limit, whichever takes longer",
  async (t) => {
    const planned = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        key: String(index),
        name: "",
        sourceId: "",
        body: { security_group_id: `group ${index}`, direction: "ingress" },
      }))
    const parts = (groups: number) => [
      { kind: network, objects: planned(1) },
      { kind: securityGroupRule, objects: planned(groups) },
    ]
    const slow = minimumTime(parts(1), 2_000, 20)
    t.equal(slow.seconds, slow.chainSeconds)
    t.strictSame(slow.chain.at(-1), "verify")
    t.equal(slow.chainSeconds, slow.chain.length * 2)
    const many = minimumTime(parts(500), 50, 20)
    t.equal(many.seconds, many.calls / 20, "one group takes a call and two deletions")
    t.equal(many.calls - slow.calls, 499 * 3)
  },
)

t.test("the bench refuses wrong options", async (t) => {
  t.throws(() => readBenchOptions(["--size", "huge"], {}), /small, medium, large/)
  t.throws(() => readBenchOptions(["--latency", "-1"], {}), /--latency/)
  t.match(readBenchOptions(["--size", "large", "--latency", "200", "--no-sequential"], {}), {
    size: "large",
    latencyMs: 200,
    sequential: false,
  })
})
