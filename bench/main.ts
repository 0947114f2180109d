import { writeFile } from "node:fs/promises"
import { runCommand, waitForSignal } from "../host/command/run.ts"
import { openHostDatabase } from "../host/database.ts"
import { realCloud, requestsPerSecond, simulatedClouds } from "./clouds.ts"
import { benchCommand, readBenchOptions } from "./options.ts"
import { recipeOf, reportOf, textOf } from "./report.ts"
import { openBench } from "./run.ts"

const print = (line: string) => process.stderr.write(`${line}\n`)

await runCommand(benchCommand, async (args) => {
  const options = readBenchOptions(args, process.env)
  const { cloudFile, size, sequential, atOnce } = options
  const latencyMs = cloudFile === undefined ? options.latencyMs : undefined
  const database = await openHostDatabase(options.databaseUrl)
  const clouds = await (cloudFile === undefined
    ? simulatedClouds(options.latencyMs)
    : realCloud(cloudFile, atOnce[0]))
  try {
    const { pool } = database
    const signal = abortOnSignal()
    const bench = openBench({ pool, clouds, size, sequential, latencyMs, atOnce, print, signal })
    try {
      const report = reportOf(await bench.run(), recipeOf(options, requestsPerSecond))
      process.stdout.write(`${textOf(report)}\n`)
      if (options.jsonFile !== undefined)
        await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`)
      return 0
    } finally {
      await bench.clean()
    }
  } finally {
    await clouds.close()
    await database.close()
  }
})

function abortOnSignal(): AbortSignal {
  const interrupted = new AbortController()
  waitForSignal().then(() => {
    print(
      "Stopping after this step, then deleting what was created. Press Ctrl+C again to stop at once and leave it.",
    )
    interrupted.abort(new Error("The bench was interrupted."))
  })
  return interrupted.signal
}
