import { spawn } from "node:child_process"
import { once } from "node:events"
import { runProgram } from "../../../host/command/run.ts"
import { startHost } from "../host.ts"
import { clientEnvironment } from "./environment.ts"

/**
 * `node scripts/run.js test/clients/python/run.ts`: Waldur's published client for Python goes through a replication
 * on the reference host. Ends with the suite's exit code.
 */
await runProgram(async () => {
  const ended = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort())

  const python = await clientEnvironment(ended.signal)
  await using host = await startHost(ended.signal)
  const suite = spawn(python, ["-BEu", `${import.meta.dirname}/journey.py`], {
    stdio: ["pipe", "inherit", "inherit"],
    signal: ended.signal,
  })
  // A suite that ended before it read its input tells by its exit code.
  suite.stdin.on("error", () => undefined)
  suite.stdin.end(host.line)
  const [code] = (await once(suite, "exit")) as [number | null]
  return code ?? 1
})
