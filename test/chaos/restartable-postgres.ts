import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { chooseAccount } from "../../host/postgres/account.ts"
import { isAlive } from "../../host/postgres/postmaster.ts"
import { startWatchdog } from "../../host/postgres/watchdog.ts"
import { type PostgresServer, startPostgres } from "../../host/postgres.ts"
import { waitFor } from "../helpers/wait-for.ts"

/** A PostgreSQL server that can be restarted while clients are connected. */
export interface RestartableServer {
  readonly url: string
  /**
   * Stops it as `pg_ctl stop` does, and starts it again on the same port.
   * @param mode `immediate`: as a crash, without messages to clients; `fast`: each session is ended with a message
   */
  restart(mode: "immediate" | "fast", downMs: number): Promise<void>
  close(): Promise<void>
}

const signals = { immediate: "SIGQUIT", fast: "SIGINT" } as const

export async function startRestartableServer(): Promise<RestartableServer> {
  const directory = await mkdtemp(join(tmpdir(), "waldur-replication-chaos-"))
  // Commits survive a crash of the server; a crash of the machine is not tested.
  const options = { directory, persistent: true, flags: ["-c", "fsync=off"] }
  let server: PostgresServer = await startPostgres(options)
  const endWatchdog = startWatchdog(directory, await chooseAccount())
  const { url, port } = server
  return {
    url,
    async restart(mode, downMs) {
      const { pid } = server
      process.kill(pid, signals[mode])
      await waitFor(`PostgreSQL (process ${pid}) to end`, () => !isAlive(pid), {
        timeoutMs: 60_000,
        everyMs: 20,
      })
      await sleep(downMs)
      server = await startPostgres({ ...options, port })
    },
    async close() {
      await server.stop()
      endWatchdog()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
