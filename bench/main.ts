import { writeFile } from "node:fs/promises"
import { runProgram, waitForSignal } from "../host/command/run.ts"
import { openHostDatabase } from "../host/database.ts"
import { realCloud, requestsPerSecond, simulatedClouds } from "./clouds.ts"
import { readBenchOptions } from "./options.ts"
import { recipeOf, reportOf, textOf } from "./report.ts"
import { openBench } from "./run.ts"

/** `npm run bench`: how long a copy takes, against one call after another and against what the cloud can do. */
await runProgram(async () => {
  const options = readBenchOptions(process.argv.slice(2), process.env)
  const { cloudFile, size, original } = options
  const latencyMs = cloudFile === undefined ? options.latencyMs : undefined
  const database = await openHostDatabase(options.databaseUrl)
  const clouds = await (cloudFile === undefined
    ? simulatedClouds(options.latencyMs)
    : realCloud(cloudFile, options.atOnce[0]))
  try {
    const say = (line: string) => process.stderr.write(`${line}\n`)
    const { pool } = database
    const interrupted = new AbortController()
    waitForSignal().then(() => {
      say("Ending after this step, to remove what was made; once more ends at once, and leaves it there.")
      interrupted.abort(new Error("The bench was interrupted."))
    })
    const { signal } = interrupted
    const bench = openBench({ pool, clouds, size, original, latencyMs, atOnce: options.atOnce, say, signal })
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
