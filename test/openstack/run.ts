import { spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { startPostgres } from "../../host/postgres.ts"
import { main } from "../../host/until-signal.ts"
import { cloudFile } from "./cloud/layout.ts"
import { up } from "./cloud/up.ts"

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * `npm run test:openstack`: the cloud's behaviour and replication within it, on a real OpenStack. OPENSTACK_CLOUD_JSON
 * names one that runs; without it, one is brought up for the time of the tests.
 */
await main(async () => {
  const given = process.env.OPENSTACK_CLOUD_JSON
  const directory = join(tmpdir(), "waldur-replication-openstack", "run")
  const cloud = given === undefined ? await up({ directory, say }) : undefined
  try {
    return await runTests(given ?? cloudFile(directory))
  } finally {
    await cloud?.stop()
  }
})

async function runTests(cloud: string): Promise<number> {
  const own = process.env.TEST_DATABASE_URL === undefined ? await startPostgres() : undefined
  try {
    const child = spawn(process.execPath, [join(import.meta.dirname, "replication.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        OPENSTACK_CLOUD_JSON: cloud,
        TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? own?.url,
      },
    })
    // An interrupt ends the tests; then all that they needed is stopped in its order.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill("SIGTERM"))
    const exit = once(child, "exit")
    const [passed, failed] = await follow(createInterface({ input: child.stdout }))
    const [code] = await exit
    say(`${passed} passed, ${code === 0 ? failed : Math.max(failed, 1)} failed`)
    return code ?? 1
  } finally {
    await own?.stop()
  }
}

/** Prints what tests of two levels came to, remarks, and all about failures. @returns how many passed and failed */
async function follow(lines: AsyncIterable<string>): Promise<readonly [passed: number, failed: number]> {
  let [passed, failed] = [0, 0]
  let telling = false
  for await (const line of lines) {
    const [, indent = "", outcome] = /^( *)(not ok|ok) /.exec(line) ?? []
    if (outcome !== undefined) telling = outcome === "not ok"
    const remark = /^ +# (?!Subtest|time=|\{)/.test(line)
    if (telling || remark || (outcome !== undefined && indent.length <= 4)) say(line)
    const [, counts] = /^# (\{ total: .*\})$/.exec(line) ?? []
    const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(counts ?? "")?.[1] ?? 0)
    if (counts !== undefined) [passed, failed] = [count("pass"), count("fail")]
  }
  return [passed, failed]
}
