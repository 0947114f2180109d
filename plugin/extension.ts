import "./node-version.ts"

import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { FastifyInstance } from "fastify"
import { errors } from "../src/errors.ts"
import { stageTask } from "../src/executors/queue/jobs.ts"
import { stderrLog } from "../src/executors/worker/log.ts"
import type { Worker } from "../src/executors/worker/worker.ts"
import { CoreState } from "../src/models/codes.ts"
import { openDatabase } from "../src/models/database.ts"
import openstackReplication, { type ReplicationWorker, startWorker } from "./index.ts"
import type { ReplicationOptions } from "./options.ts"
import { defaults, prepare } from "./start.ts"

/** What a host is about to remove: a tenant or a project, by the id of its row. */
export type CleanupScope = { readonly tenantId: number } | { readonly projectId: number }

/** What a host says of all its extensions. */
export interface HostSettings {
  /** App names of extensions that stay off. @default none */
  readonly disabledExtensions?: readonly string[]
}

/**
 * What a host may ask of any extension, in the terms of Waldur's class of that name. Only the name has to be there.
 * `Options` is what the extension's functions are handed by the host.
 */
export interface WaldurExtension<Options = unknown> {
  /** Waldur's `django_app()`: tells the extension from every other. */
  readonly appName: string
  /** Whether it builds on others and is loaded after them. @default false */
  readonly isAssembly?: boolean
  /** Waldur's inner class `Settings`: every setting that is a plain value, with its default. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** Names of the settings that clients may be shown. @default none */
  publicSettings?(): readonly string[]
  /** Settings that can be changed while the host runs. @default none */
  dynamicSettings?(): Readonly<Record<string, unknown>>
  /** Waldur's `rest_urls()`: puts the routes on the host's server. */
  registerIn?(app: FastifyInstance, options: Options): Promise<void>
  /** Brings the extension's own tables to their newest form, and starts nothing. */
  prepare?(options: Options): Promise<void>
  /** Waldur's `celery_tasks()`: names of the tasks that its worker runs. */
  workerTasks?(): readonly string[]
  /** Runs those tasks in this process. */
  startWorker?(options: Options): Promise<Worker>
  /** Called before the host removes a tenant or a project. One that throws keeps the host from it. */
  cleanupExecutor?(options: Options, scope: CleanupScope): Promise<unknown>
  /** @default whether `disabledExtensions` leaves its name out */
  enabled?(host: HostSettings): boolean
}

type PlainOption = {
  [Name in keyof ReplicationOptions]-?: Required<ReplicationOptions>[Name] extends string | number | boolean
    ? Name
    : never
}[keyof ReplicationOptions]

/** This extension: nothing of it is optional. */
export interface ReplicationExtension extends Required<WaldurExtension<ReplicationOptions>> {
  readonly appName: "waldur_openstack_replication"
  /** The options that are plain values, with their defaults; what they mean is told in `ReplicationOptions`. */
  readonly settings: Readonly<Required<Pick<ReplicationOptions, PlainOption>>>
  publicSettings(): readonly PlainOption[]
  /**
   * Registers the plugin; `options` are its own.
   * @throws HOST_TABLES where the host's tables are not those that are needed
   */
  registerIn(app: FastifyInstance, options: ReplicationOptions): Promise<void>
  /**
   * Makes the plugin's own tables and the queue's, or brings them up to date, e.g. in a step of a deployment. Every
   * start does the same where it is due. Use the role that API and workers have: the queue's tables are closed to
   * others than their owner, unless these bypass row security. @throws HOST_TABLES
   */
  prepare(options: ReplicationOptions): Promise<void>
  /** Runs a worker, whose health and metrics can be asked. @throws HOST_TABLES */
  startWorker(options: ReplicationOptions): Promise<ReplicationWorker>
  /**
   * Deletes the plugin's own records (plan, stages, objects) of the migrations that made a tenant, or the tenants of
   * a project. The migrations' rows stay, as does everything in the cloud; their progress is no longer known, so they
   * cannot be taken up again. Answers how many migrations were forgotten. Take no more requests for the project first.
   * @throws MIGRATION_IN_PROGRESS (409) where one has not ended; then nothing is deleted
   */
  cleanupExecutor(options: Pick<ReplicationOptions, "pool">, scope: CleanupScope): Promise<number>
}

export const extension: ReplicationExtension = {
  appName: "waldur_openstack_replication",
  isAssembly: false,
  settings: defaults,
  publicSettings: () => ["prefix", "staticRoutes", "remapPorts", "runEndpoint"],
  dynamicSettings: () => ({}),
  async registerIn(app, options) {
    await app.register(openstackReplication, options)
  },
  async prepare(options) {
    const { ctx } = await prepare(options, options.log ?? stderrLog)
    await ctx.clouds.close()
  },
  workerTasks: () => [stageTask],
  startWorker,
  cleanupExecutor: ({ pool }, scope) => forgetMigrations(pool, scope),
  enabled: ({ disabledExtensions = [] }) => !disabledExtensions.includes("waldur_openstack_replication"),
}

function forgetMigrations(pool: ReplicationOptions["pool"], scope: CleanupScope): Promise<number> {
  return openDatabase(pool)
    .transaction()
    .execute(async (trx) => {
      // Stages that start lock the run too: what has ended here stays ended until the records are gone.
      const runs = trx.selectFrom("openstack_replication.run").select("migration_id").forUpdate()
      const found = await ("tenantId" in scope
        ? runs.where("tenant_id", "=", scope.tenantId)
        : runs.where("tenant_id", "in", ({ selectFrom }) =>
            selectFrom("openstack_tenant").select("id").where("project_id", "=", scope.projectId),
          )
      ).execute()
      const ids = found.map((run) => run.migration_id)
      if (ids.length === 0) return 0
      const busy = await trx
        .selectFrom("waldur_openstack_replication_migration")
        .select("uuid")
        .where("id", "in", ids)
        .where("state", "not in", [CoreState.OK, CoreState.ERRED])
        .executeTakeFirst()
      if (busy !== undefined) throw errors.migrationInProgress(busy.uuid)
      await trx.deleteFrom("openstack_replication.run").where("migration_id", "in", ids).execute()
      return ids.length
    })
}

export interface LoadOptions {
  /**
   * The host's package.json, as path or file URL. Of its `dependencies`, those whose keywords have
   * `waldur-extension` are loaded: the export `extension` of their entry point `./extension`. @default none
   */
  readonly packages?: string | URL
  /** Extensions that the host imported itself. One of the same name that is found is left out. @default none */
  readonly list?: readonly WaldurExtension[]
  /** App names that are left out. @default the JSON list in the environment's WALDUR_DISABLED_EXTENSIONS */
  readonly disabled?: readonly string[]
}

/**
 * The extensions of a host: plain ones first, assemblies last, else in the order in which they were named.
 * @throws INVALID_EXTENSION where a package has the keyword and exports no extension; INVALID_OPTION where the environment's list is none
 */
export async function loadExtensions(options: LoadOptions = {}): Promise<readonly WaldurExtension[]> {
  const disabled = options.disabled ?? disabledByEnvironment()
  const found = options.packages === undefined ? [] : await findExtensions(toPath(options.packages))
  const byName = new Map<string, WaldurExtension>()
  for (const one of [...(options.list ?? []), ...found]) {
    if (!byName.has(one.appName)) byName.set(one.appName, one)
  }
  const enabled = [...byName.values()].filter(
    (one) => !disabled.includes(one.appName) && (one.enabled?.({ disabledExtensions: disabled }) ?? true),
  )
  const { plain = [], last = [] } = Object.groupBy(enabled, (one) => (one.isAssembly ? "last" : "plain"))
  return [...plain, ...last]
}

function disabledByEnvironment(): readonly string[] {
  const text = process.env.WALDUR_DISABLED_EXTENSIONS || "[]"
  const refuse = () =>
    errors.invalidOption(`WALDUR_DISABLED_EXTENSIONS is a JSON list of app names, not ${text}`)
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {
    throw refuse()
  }
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) throw refuse()
  return names
}

function toPath(file: string | URL): string {
  return String(file).startsWith("file:") ? fileURLToPath(file) : resolve(String(file))
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly keywords?: readonly string[]
  readonly exports?: Readonly<Record<string, unknown>>
}

async function readManifest(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, "utf8"))
}

async function findExtensions(hostManifest: string): Promise<readonly WaldurExtension[]> {
  const { dependencies = {} } = await readManifest(hostManifest)
  const names = Object.keys(dependencies)
  const found = await Promise.all(names.map((name) => loadFrom(hostManifest, name)))
  return found.filter((one) => one !== undefined)
}

/** undefined: the package is not installed, or is no extension. */
async function loadFrom(hostManifest: string, name: string): Promise<WaldurExtension | undefined> {
  // `exports` may hide a package's own package.json from import and require, so it is looked for where they look.
  for (const folder of createRequire(hostManifest).resolve.paths(name) ?? []) {
    const file = join(folder, name, "package.json")
    const manifest = await readManifest(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
    if (manifest === undefined) continue
    if (!manifest.keywords?.includes("waldur-extension")) return undefined
    const entry = importTarget(manifest.exports?.["./extension"])
    const loaded: { readonly extension?: WaldurExtension } =
      entry === undefined ? {} : await import(pathToFileURL(join(dirname(file), entry)).href)
    if (typeof loaded.extension?.appName === "string") return loaded.extension
    throw errors.invalidExtension(name)
  }
  return undefined
}

/** The file that `import` would take of a package's export, by Node's rule: the first condition that fits. */
function importTarget(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry
  if (typeof entry !== "object" || entry === null) return undefined
  return Object.entries(entry)
    .filter(([condition]) => ["node", "import", "default"].includes(condition))
    .map(([, target]) => importTarget(target))
    .find((target) => target !== undefined)
}
