import { execFile } from "node:child_process"
import { chown, readFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The system user of a server process. The ids are unset where it is the current user. */
export interface Account {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

/**
 * Returns the user to run PostgreSQL as, which refuses to run as root. Root runs it as the system user `postgres`, which
 * is created if it is missing, or as `nobody` where users cannot be created. Other users run it themselves.
 */
export async function chooseAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: "the current user" }
  const found = await findAccount("postgres")
  return found ?? (await createAccount()) ?? (await requireAccount("nobody"))
}

/** Returns the ids for a child process that runs as the account. */
export function asAccount({ uid, gid }: Account): { uid?: number; gid?: number } {
  return { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }
}

export async function giveTo({ uid, gid }: Account, path: string): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
}

async function createAccount(): Promise<Account | undefined> {
  // Several processes may do this at once; those that find the user database locked try again.
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

async function requireAccount(name: string): Promise<Account> {
  const account = await findAccount(name)
  if (account) return account
  throw new Error(
    `PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "${name}". Create the user "postgres".`,
  )
}

/** Looks in the password file, as initdb looks its user up there by id. */
async function findAccount(name: string): Promise<Account | undefined> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "")
  for (const line of text.split("\n")) {
    const [user, , uid, gid] = line.split(":")
    if (user === name) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}
