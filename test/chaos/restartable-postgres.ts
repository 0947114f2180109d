import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { chooseAccount } from "../../host/postgres/account.ts"
import { isAlive } from "../../host/postgres/postmaster.ts"
import { startWatchdog } from "../../host/postgres/watchdog.ts"
import { type PostgresServer, startPostgres } from "../../host/postgres.ts"

/** A PostgreSQL of its own that can be restarted under its users' feet. */
export interface ShakyServer {
  readonly url: string
  /**
   * Ends it as `pg_ctl stop` does, and starts it again on its port.
   * @param mode `immediate`: as after a crash, without a word to anybody; `fast`: every session is ended with a message
   */
  restart(mode: "immediate" | "fast", downMs: number): Promise<void>
  close(): Promise<void>
}

const signals = { immediate: "SIGQUIT", fast: "SIGINT" } as const

export async function startShakyServer(): Promise<ShakyServer> {
  const directory = await mkdtemp(join(tmpdir(), "waldur-replication-chaos-"))
  // What was committed survives a crash of the server; that of the machine is not tried.
  const options = { directory, persistent: true, flags: ["-c", "fsync=off"] }
  let server: PostgresServer = await startPostgres(options)
  const callOffWatch = startWatchdog(directory, await chooseAccount())
  const { url, port } = server
  return {
    url,
    async restart(mode, downMs) {
      const { pid } = server
      process.kill(pid, signals[mode])
      while (isAlive(pid)) await sleep(20)
      await sleep(downMs)
      server = await startPostgres({ ...options, port })
    },
    async close() {
      await server.stop()
      callOffWatch()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
