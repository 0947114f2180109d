import { spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { runCommand } from "../../host/command/run.ts"
import { startPostgres } from "../../host/postgres.ts"
import { cloudFile } from "./cloud/layout.ts"
import { up } from "./cloud/up.ts"
import { openstackCommand, readOpenstackOptions } from "./options.ts"

let interrupted = false

const seconds = (began: number) => Math.round((performance.now() - began) / 1_000)
const print = (line: string) => process.stdout.write(`${line}\n`)

/** `npm run test:openstack`: the cloud's behaviour and replication within it, on a real OpenStack. */
await runCommand(openstackCommand, async (args) => {
  const options = readOpenstackOptions(args)
  const given = process.env.OPENSTACK_CLOUD_JSON
  const directory = join(tmpdir(), "waldur-replication-openstack", "run")
  const cloud = given === undefined ? await up({ directory, print }) : undefined
  try {
    return await runTests(given ?? cloudFile(directory), options)
  } finally {
    await cloud?.stop()
  }
})

async function runTests(
  cloud: string,
  { chosen, minutes }: ReturnType<typeof readOpenstackOptions>,
): Promise<number> {
  const own = process.env.TEST_DATABASE_URL === undefined ? await startPostgres() : undefined
  const env = {
    ...process.env,
    OPENSTACK_CLOUD_JSON: cloud,
    TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? own?.url,
    // Tests provoke faults; LOG_LEVEL=warn shows what the hosts log then.
    LOG_LEVEL: process.env.LOG_LEVEL ?? "silent",
  }
  let [passed, failed] = [0, 0]
  try {
    const start = performance.now()
    for (const topic of chosen) {
      const began = performance.now()
      if (began - start > minutes * 60_000) {
        print(`# ${topic}: not run, because ${minutes} minutes have passed`)
        continue
      }
      const counts = await runTopic(topic, env)
      passed += counts[0]
      failed += counts[1]
      print(`# ${topic}: ${counts[0]} passed, ${counts[1]} failed, ${seconds(began)} s`)
      if (interrupted) break
    }
  } finally {
    await own?.stop()
  }
  print(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 && !interrupted ? 0 : 1
}

async function runTopic(
  topic: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly [passed: number, failed: number]> {
  const file = join(import.meta.dirname, "topics", `${topic}.ts`)
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"], env })
  // An interrupt ends the tests; the cloud and the database are stopped after them.
  const interrupt = () => {
    interrupted = true
    child.kill("SIGTERM")
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt)
  const exit = once(child, "exit")
  const [passed, failed] = await follow(createInterface({ input: child.stdout }))
  const [code] = await exit
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt)
  return [passed, code === 0 ? failed : Math.max(failed, 1)]
}

/** Prints the results of two levels of tests, comments, and the details of failures. Returns how many passed and failed. */
async function follow(lines: AsyncIterable<string>): Promise<readonly [passed: number, failed: number]> {
  let [passed, failed] = [0, 0]
  let inFailure = false
  for await (const line of lines) {
    const [, indent = "", outcome] = /^( *)(not ok|ok) /.exec(line) ?? []
    if (outcome !== undefined) inFailure = outcome === "not ok"
    const isComment = /^ +# (?!Subtest|time=|\{)/.test(line)
    if (inFailure || isComment || (outcome !== undefined && indent.length <= 4)) print(line)
    const [, counts] = /^# (\{ total: .*\})$/.exec(line) ?? []
    const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(counts ?? "")?.[1] ?? 0)
    if (counts !== undefined) [passed, failed] = [count("pass"), count("fail")]
  }
  return [passed, failed]
}
