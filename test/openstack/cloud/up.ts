import { randomBytes } from "node:crypto"
import { chmod, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { cloudFileOf, type ReachableCloud, readCloudFile } from "../../../host/cloud-file.ts"
import { signInAdmin } from "../../cloud/session.ts"
import { bootstrap, migrateDatabases, startService, untilServiceResponds, writeSettings } from "./api.ts"
import { type Daemons, daemonsOf } from "./daemons.ts"
import { startDatabase } from "./database.ts"
import { authUrlOf, cloudFile, host, type Layout, services, socketOf } from "./layout.ts"
import { ensurePackages } from "./packages.ts"
import { addResources, fillCatalog } from "./provision.ts"

export interface UpOptions {
  /** Where the cloud keeps its files. @default one below the system's temporary directory */
  readonly directory?: string
  /** The first port to try; four in a row are taken. @default 35_000 */
  readonly firstPort?: number
  /** Whether the cloud continues when this process ends. @default false */
  readonly outlive?: boolean
  /** Receives a line for each step. */
  readonly print?: (line: string) => void
}

export interface RunningCloud extends ReachableCloud {
  /** Stops the cloud and removes its files. */
  stop(): Promise<void>
}

const home = join(tmpdir(), "waldur-replication-openstack")

/** File that marks a directory of a cloud. */
const marker = "openstack-for-tests"

export const defaultDirectory = join(home, "cloud")

/**
 * Starts the API services of an OpenStack cloud on loopback, from the packages of Debian 12. Stops and removes first what
 * an earlier process left in the directory.
 */
export async function up(options: UpOptions = {}): Promise<RunningCloud> {
  const { firstPort = 35_000, outlive = false, print = () => undefined } = options
  const directory = resolve(options.directory ?? defaultDirectory)
  const daemons = daemonsOf(directory)
  const stop = () => down(directory)
  const running = await findRunning(directory, daemons)
  if (running !== undefined) {
    if (!outlive)
      throw new Error(`A cloud runs in ${directory} already: ${cloudFile(directory)} describes it.`)
    return { ...running, stop }
  }
  await makeDirectory(directory)
  try {
    const versions = await ensurePackages(join(directory, "log", "apt.log"), print)
    const layout = {
      directory,
      ports: await freePorts(firstPort),
      region: "RegionOne",
      adminPassword: randomBytes(12).toString("hex"),
      servicePassword: randomBytes(12).toString("hex"),
    }
    const cloud = await startAll(layout, daemons, {
      outlive,
      print,
      cache: join(home, `databases-${versions}`),
    })
    await writeFile(cloudFile(directory), cloudFileOf(cloud), { mode: 0o600 })
    return { ...cloud, stop }
  } catch (error) {
    await daemons.stopAll()
    throw error
  }
}

interface Start {
  readonly outlive: boolean
  readonly print: (line: string) => void
  readonly cache: string
}

async function startAll(layout: Layout, daemons: Daemons, start: Start): Promise<ReachableCloud> {
  const { outlive, print, cache } = start
  const { directory } = layout
  await writeSettings(layout)
  print("starting the database")
  const migrate = () => {
    print("migrating the databases (a minute, the first time)")
    return migrateDatabases(layout)
  }
  await startDatabase({ directory, daemons, outlive, cache, migrate })
  await bootstrap(layout)
  print(`starting ${services.join(", ")}`)
  for (const service of services) await startService(layout, daemons, service, outlive)
  await untilServiceResponds(layout, daemons, "keystone")
  await fillCatalog(layout)
  await Promise.all(services.map((service) => untilServiceResponds(layout, daemons, service)))
  const cloud: Omit<ReachableCloud, "externalNetworkId" | "volumeTypes"> = {
    authUrl: authUrlOf(layout),
    region: layout.region,
    username: "admin",
    password: layout.adminPassword,
    projectName: "admin",
    userDomain: "Default",
    projectDomain: "Default",
  }
  const admin = await signInAdmin({ ...cloud, externalNetworkId: "", volumeTypes: {} })
  return { ...cloud, ...(await addResources(admin)) }
}

/** Stops the cloud of a directory, if there is one, and removes the directory. */
export async function down(directory: string): Promise<void> {
  if (!(await isOurs(directory))) return
  await daemonsOf(directory).stopAll()
  await rm(directory, { recursive: true, force: true })
}

async function findRunning(directory: string, daemons: Daemons): Promise<ReachableCloud | undefined> {
  const alive = await daemons.alive()
  if (!["mariadb", ...services].every((name) => alive.includes(name))) return undefined
  return readCloudFile(cloudFile(directory)).catch(() => undefined)
}

async function makeDirectory(directory: string): Promise<void> {
  const files = await readdir(directory).catch(() => [])
  if (files.length > 0 && !(await isOurs(directory)))
    throw new Error(`${directory} holds files that are not of a cloud started here.`)
  // The kernel's limit of the name of a socket.
  if (socketOf(directory).length > 107) throw new Error(`${directory}: the path is too long for a socket.`)
  await down(directory)
  await mkdir(join(directory, "log"), { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
  await writeFile(join(directory, marker), "")
}

async function isOurs(directory: string): Promise<boolean> {
  const found = await stat(join(directory, marker)).catch(() => undefined)
  return found !== undefined && found.uid === process.getuid?.()
}

async function freePorts(first: number): Promise<Layout["ports"]> {
  for (let base = first; base < 65_000; base += 10) {
    const ports = services.map((_, index) => base + index)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return { keystone: base, neutron: base + 1, cinder: base + 2, nova: base + 3 }
  }
  throw new Error(`No free ports from ${first} on`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ host, port }, () => server.close(() => resolve(true)))
  })
}
