import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import t from "tap"

const root = join(import.meta.dirname, "..", "..")
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>
}

for (const [name, script] of Object.entries(scripts)) {
  if (!script.includes("run.js")) continue
  t.test(`npm run ${name} replaces its shell, which would keep signals from it`, async (t) => {
    t.match(script, /^(?:node \S+ \S+ && )*exec node \S+ \S+$/)
  })
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("The output of this process is not read.")
  for await (const line of createInterface(child.stdout)) return line
  throw new Error("The process ended without a line.")
}

t.test("SIGTERM to a script's shell reaches the program, which ends in its own way", async (t) => {
  const script = scripts.worker?.replace("host/worker.ts", "test/scripts/ends-in-its-own-way.ts")
  const shell = spawn("sh", ["-c", String(script)], { cwd: root, stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(shell, "exit")
  t.equal(await firstLine(shell), "ready")
  shell.kill("SIGTERM")
  t.strictSame(await ended, [7, null])
})
