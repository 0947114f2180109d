import { execFile } from "node:child_process"
import { cp, mkdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { userInfo } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { waitFor } from "../../helpers/wait-for.ts"
import { endOf, environment, runCommand } from "./command.ts"
import type { Daemons } from "./daemons.ts"
import { iniText } from "./ini.ts"
import { socketOf } from "./layout.ts"
import { databaseUrl } from "./settings.ts"

const databases = ["keystone", "neutron", "cinder", "nova", "nova_api", "nova_cell0"] as const

export interface DatabaseOptions {
  readonly directory: string
  readonly daemons: Daemons
  readonly outlive: boolean
  /** Directory that keeps the migrated, empty databases for the next start. */
  readonly cache: string
  /** Creates the tables of the services in the empty databases. */
  migrate(): Promise<void>
}

/** Starts MariaDB on a unix socket with the services' databases in it, migrated. */
export async function startDatabase(options: DatabaseOptions): Promise<void> {
  const { directory, daemons, cache } = options
  const data = join(directory, "mysql")
  await writeFile(join(directory, "my.cnf"), serverSettings(directory))
  if (await exists(cache)) {
    await cp(cache, data, { recursive: true })
    await start(options)
  } else {
    await mkdir(data)
    await runCommand(
      "mariadb-install-db",
      [
        `--defaults-file=${join(directory, "my.cnf")}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
      ],
      { log: join(directory, "log", "database.log") },
    )
    await start(options)
    await sql(directory, databases.map((name) => `create database ${name} character set utf8mb3;`).join("\n"))
    await options.migrate()
    await daemons.stop("mariadb")
    await keep(data, cache)
    await start(options)
  }
  await nameCells(directory)
  await nameZones(directory)
}

async function start({ directory, daemons, outlive }: DatabaseOptions): Promise<void> {
  const args = [`--defaults-file=${join(directory, "my.cnf")}`]
  await daemons.start("mariadb", { program: "mariadbd", args }, outlive)
  const responds = async () => {
    const responded = await sql(directory, "select 1").then(
      () => true,
      () => false,
    )
    if (!responded && !(await daemons.isAlive("mariadb")))
      throw new Error(`MariaDB did not start: ${await endOf(daemons.logOf("mariadb"))}`)
    return responded
  }
  await waitFor("MariaDB to respond", responds, { timeoutMs: 300_000, everyMs: 100 })
}

async function sql(directory: string, text: string): Promise<void> {
  const args = ["--no-defaults", `--socket=${socketOf(directory)}`, "--user=root", "--execute", text]
  await promisify(execFile)("mariadb", args, { env: environment })
}

/** No data has to survive a crash, so no write waits for the disk. */
function serverSettings(directory: string): string {
  return iniText({
    server: {
      user: userInfo().username,
      datadir: join(directory, "mysql"),
      socket: socketOf(directory),
      "pid-file": join(directory, "mysql.pid"),
      "skip-networking": true,
      "character-set-server": "utf8mb3",
      "collation-server": "utf8mb3_general_ci",
      "max-connections": 300,
      "innodb-flush-log-at-trx-commit": 0,
      "innodb-flush-method": "nosync",
      "innodb-doublewrite": 0,
      "innodb-log-file-size": "48M",
    },
  })
}

/** Nova's table of its databases has their addresses, so it is written again for a copy. */
export async function nameCells(directory: string): Promise<void> {
  const row = (uuid: string, name: string, database: string) =>
    `('${uuid}', '${name}', 'fake:///', '${databaseUrl(directory, database)}', false)`
  await sql(
    directory,
    `delete from nova_api.cell_mappings;
     insert into nova_api.cell_mappings (uuid, name, transport_url, database_connection, disabled) values
       ${row("00000000-0000-0000-0000-000000000000", "cell0", "nova_cell0")},
       ${row("00000000-0000-0000-0000-000000000001", "cell1", "nova")}`,
  )
}

/** Neutron has an availability zone if an agent has reported from it. Agents that are silent for long get no work. */
function nameZones(directory: string): Promise<void> {
  const then = "'2000-01-01 00:00:00'"
  const row = (id: number, type: string, binary: string, topic: string) =>
    `('00000000-0000-0000-0000-00000000000${id}', '${type}', '${binary}', '${topic}', 'nobody', 'zone-1', ${then}, ${then}, ${then}, '{}')`
  return sql(
    directory,
    `insert into neutron.agents (id, agent_type, \`binary\`, topic, host, availability_zone,
       created_at, started_at, heartbeat_timestamp, configurations) values
       ${row(1, "DHCP agent", "neutron-dhcp-agent", "dhcp_agent")},
       ${row(2, "L3 agent", "neutron-l3-agent", "l3_agent")}`,
  )
}

async function keep(data: string, cache: string): Promise<void> {
  const draft = `${cache}.${process.pid}`
  await mkdir(dirname(cache), { recursive: true, mode: 0o700 })
  await cp(data, draft, { recursive: true })
  // Another process may have created it meanwhile; its copy is the same.
  await rename(draft, cache).catch(() => rm(draft, { recursive: true }))
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
