import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { runProgram } from "../../../host/command/run.ts"
import { cloudFile } from "./layout.ts"
import { defaultDirectory, down, up } from "./up.ts"

const usage = "Usage: node scripts/run.js test/openstack/cloud/main.ts up|down [--state DIRECTORY]\n"

await runProgram(async () => {
  const { values, positionals } = parseArgs({
    options: { state: { type: "string", default: defaultDirectory } },
    allowPositionals: true,
  })
  const directory = resolve(values.state)
  const print = (line: string) => process.stdout.write(`${line}\n`)
  if (positionals[0] === "up") {
    const { authUrl } = await up({ directory, outlive: true, print })
    print(`OpenStack runs at ${authUrl}. To use it: export OPENSTACK_CLOUD_JSON=${cloudFile(directory)}`)
    return 0
  }
  if (positionals[0] === "down") {
    await down(directory)
    return 0
  }
  process.stderr.write(usage)
  return 1
})
