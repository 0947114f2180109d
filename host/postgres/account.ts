import { execFile } from "node:child_process"
import { chown, readFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The system user that a server process runs as; both ids are unset where that is the user we are already. */
export interface Account {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

/**
 * PostgreSQL refuses to run as root. Root hands it to the system user `postgres`, made if it is missing;
 * where users cannot be made, to `nobody`. Anybody else runs it as themselves.
 */
export async function chooseAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: "the current user" }
  const found = await findAccount("postgres")
  return found ?? (await createAccount()) ?? (await needAccount("nobody"))
}

/** The ids for a child process that is to run as the account. */
export function asAccount({ uid, gid }: Account): { uid?: number; gid?: number } {
  return { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }
}

export async function giveTo({ uid, gid }: Account, path: string): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
}

async function createAccount(): Promise<Account | undefined> {
  // Several processes may get here at once; the ones that find the user database locked look again.
  for (let attempt = 0; attempt < 5; attempt++) {
    await run("groupadd", ["--system", "postgres"]).catch(() => undefined)
    const options = ["--system", "--gid", "postgres", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    const made = await run("useradd", [...options, "postgres"]).catch((error: NodeJS.ErrnoException) => error)
    const account = await findAccount("postgres")
    if (account) return account
    if (made instanceof Error && made.code === "ENOENT") return undefined
    await sleep(200)
  }
  return undefined
}

async function needAccount(name: string): Promise<Account> {
  const account = await findAccount(name)
  if (account) return account
  throw new Error(
    `PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "${name}" to run it as`,
  )
}

/** initdb looks its user up by id, so only a user of the password file will do. */
async function findAccount(name: string): Promise<Account | undefined> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "")
  for (const line of text.split("\n")) {
    const [user, , uid, gid] = line.split(":")
    if (user === name) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}
