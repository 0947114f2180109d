import { randomBytes } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { waitFor } from "../../helpers/wait-for.ts"
import { endOf, environment, runCommand } from "./command.ts"
import type { Daemons } from "./daemons.ts"
import { nameCells } from "./database.ts"
import { iniText } from "./ini.ts"
import {
  authUrlOf,
  configFile,
  host,
  type Layout,
  pipelineFile,
  type ServiceName,
  services,
  urlOf,
} from "./layout.ts"
import { pipelines } from "./pipelines.ts"
import { settings } from "./settings.ts"

/** The function of each service that creates its API. */
const applications: Readonly<Record<ServiceName, string>> = {
  keystone: "keystone.server.wsgi:initialize_public_application()",
  neutron: "neutron.cmd.eventlet.server:main_api_eventlet()",
  cinder: "cinder.wsgi.wsgi:initialize_application()",
  nova: "nova.api.openstack.compute.wsgi:init_application()",
}

/** Python modules of the administration command of each service. */
const managers: Readonly<Record<ServiceName, string>> = {
  keystone: "keystone.cmd.manage",
  neutron: "neutron.db.migration.cli",
  cinder: "cinder.cmd.manage",
  nova: "nova.cmd.manage",
}

export async function writeSettings(layout: Layout): Promise<void> {
  for (const service of services) {
    const directory = join(layout.directory, service)
    await mkdir(join(directory, "locks"), { recursive: true })
    await writeFile(configFile(layout, service), iniText(settings[service](layout)))
    await writeFile(pipelineFile(layout, service), iniText(pipelines[service] ?? {}))
    await writeFile(join(directory, "uwsgi.ini"), iniText({ uwsgi: serverSettings(layout, service) }))
  }
  // Filters of lists of volumes. No test lists volumes, but Cinder reads the file.
  await writeFile(join(layout.directory, "cinder", "filters.json"), "{}")
  const keys = join(layout.directory, "keystone", "keys")
  await mkdir(keys)
  for (const name of ["0", "1"])
    await writeFile(join(keys, name), `${randomBytes(32).toString("base64url")}=`, { mode: 0o600 })
}

function serverSettings(layout: Layout, service: ServiceName) {
  return {
    plugin: "python3",
    "http-socket": `${host}:${layout.ports[service]}`,
    module: applications[service],
    pyargv: service === "cinder" ? `--config-file ${configFile(layout, service)}` : "",
    master: true,
    "lazy-apps": true,
    "need-app": true,
    processes: 2,
    "enable-threads": true,
    "thunder-lock": true,
    "die-on-term": true,
    "no-orphans": true,
    "disable-logging": true,
    "buffer-size": 65_535,
    "post-buffering": 65_536,
    // uWSGI closes each connection after one response; a client without this header would reuse it.
    "add-header": "Connection: close",
  }
}

/** Migrates the databases of all services in parallel. */
export async function migrateDatabases(layout: Layout): Promise<void> {
  await Promise.all([
    manage(layout, "neutron", "upgrade", "heads"),
    manage(layout, "cinder", "db", "sync"),
    manage(layout, "keystone", "db_sync"),
    migrateNova(layout),
  ])
}

/** Nova finds the databases of its cells in its API database. */
async function migrateNova(layout: Layout): Promise<void> {
  await manage(layout, "nova", "api_db", "sync")
  await nameCells(layout.directory)
  await manage(layout, "nova", "db", "sync")
}

/** Creates the first user, its project and the first entry of the catalog. */
export function bootstrap(layout: Layout): Promise<void> {
  const options = {
    username: "admin",
    password: layout.adminPassword,
    "project-name": "admin",
    "role-name": "admin",
    "service-name": "keystone",
    "region-id": layout.region,
    "public-url": authUrlOf(layout),
    "internal-url": authUrlOf(layout),
    "admin-url": authUrlOf(layout),
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--bootstrap-${name}`, value])
  return manage(layout, "keystone", "bootstrap", ...args)
}

function manage(layout: Layout, service: ServiceName, ...args: readonly string[]): Promise<void> {
  const program = `from ${managers[service]} import main; main()`
  return runCommand(
    "/usr/bin/python3",
    ["-c", program, "--config-file", configFile(layout, service), ...args],
    {
      log: join(layout.directory, "log", `${service}-manage.log`),
    },
  )
}

export function startService(
  layout: Layout,
  daemons: Daemons,
  service: ServiceName,
  outlive: boolean,
): Promise<void> {
  const directory = join(layout.directory, service)
  const variables = ["KEYSTONE", "NEUTRON", "NOVA"].map((name) => [`OS_${name}_CONFIG_DIR`, directory])
  const env = {
    ...environment,
    ...Object.fromEntries(variables),
    OS_NEUTRON_CONFIG_FILES: "neutron.conf",
  }
  return daemons.start(service, { program: "uwsgi", args: [join(directory, "uwsgi.ini")], env }, outlive)
}

/** Waits until the service responds, not only its socket. */
export async function untilServiceResponds(
  layout: Layout,
  daemons: Daemons,
  service: ServiceName,
): Promise<void> {
  const responds = async () => {
    const status = await fetch(urlOf(layout, service)).then(
      (answer) => answer.status,
      () => 599,
    )
    if (status >= 500 && !(await daemons.isAlive(service)))
      throw new Error(`${service} did not start: ${await endOf(daemons.logOf(service))}`)
    return status < 500
  }
  await waitFor(`${service} to respond`, responds, { timeoutMs: 300_000, everyMs: 200 })
}
