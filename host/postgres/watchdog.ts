import { spawn } from "node:child_process"
import type { Socket } from "node:net"
import { type Account, asAccount } from "./account.ts"

// Waits for the end of its input, which comes with the end of the parent, whatever ended it.
const SCRIPT = `
while read -r _; do :; done
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.25
  done
fi
rm -rf "$1"
`

/**
 * Starts a child that outlives this process, then stops the server of a temporary directory and removes the directory.
 * Without it, `kill -9` would leave both behind.
 * @returns a function that ends the child
 */
export function startWatchdog(directory: string, account: Account): () => void {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", directory], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    ...asAccount(account),
  })
  child.on("error", () => undefined)
  child.unref()
  ;(child.stdin as Socket).unref()
  return () => {
    child.kill("SIGKILL")
  }
}
