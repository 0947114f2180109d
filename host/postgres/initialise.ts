import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { type Account, asAccount, giveTo } from "./account.ts"
import type { Binaries } from "./binaries.ts"

const run = promisify(execFile)

// PostgreSQL's built-in Unicode rules, so that sorting does not depend on the machine.
const LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

/** Creates the data directory and the superuser's password, once. The password file appears when all is done. */
export async function initialise(directory: string, { initdb }: Binaries, account: Account): Promise<void> {
  if ((await readdir(directory)).includes("password")) return
  const data = join(directory, "data")
  const passwordFile = join(directory, "password.new")
  await rm(data, { recursive: true, force: true }) // left by a killed attempt
  await writeFile(passwordFile, randomBytes(16).toString("hex"), { mode: 0o600 })
  await giveTo(account, passwordFile)
  const options = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--no-sync"]
  try {
    await run(initdb, [`--pgdata=${data}`, ...options, ...LOCALE, "--set", "timezone=UTC"], {
      cwd: "/",
      env: { PATH: process.env.PATH, LC_ALL: "C" },
      ...asAccount(account),
    })
  } catch (error) {
    throw new Error(`PostgreSQL's files cannot be created in ${data} by ${account.name}: ${reasonOf(error)}`)
  }
  await rename(passwordFile, join(directory, "password"))
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  return stderr?.trim() || message
}
