import "./node-version.ts"

import type { FastifyInstance } from "fastify"
import { errors } from "../src/errors.ts"
import { stageTask } from "../src/executors/queue/jobs.ts"
import { stderrLog } from "../src/executors/worker/log.ts"
import { endedStates } from "../src/models/codes.ts"
import { openDatabase } from "../src/models/database.ts"
import openstackReplication, { type ReplicationWorker, startWorker } from "./index.ts"
import type { ReplicationOptions } from "./options.ts"
import { defaults, prepare } from "./start.ts"
import type { CleanupScope, WaldurExtension } from "./waldur-extension.ts"

export { type LoadOptions, loadExtensions } from "./load-extensions.ts"
export type { CleanupScope, HostSettings, WaldurExtension } from "./waldur-extension.ts"

type PlainOption = {
  [Name in keyof ReplicationOptions]-?: Required<ReplicationOptions>[Name] extends string | number | boolean
    ? Name
    : never
}[keyof ReplicationOptions]

/** The type of this plugin's extension, which has all members of the contract. */
export interface ReplicationExtension extends Required<WaldurExtension<ReplicationOptions>> {
  /** Always "waldur_openstack_replication". */
  readonly appName: "waldur_openstack_replication"
  /** The options that are plain values, with their defaults; `ReplicationOptions` documents them. */
  readonly settings: Readonly<Required<Pick<ReplicationOptions, PlainOption>>>
  /** Returns the options that clients may see. */
  publicSettings(): readonly PlainOption[]
  /**
   * Registers the plugin on the host's server.
   * @throws ReplicationError as the plugin does
   */
  registerIn(app: FastifyInstance, options: ReplicationOptions): Promise<void>
  /**
   * Migrates the tables of the plugin and of the queue, e.g. as a step of a deployment. Each start of the plugin does
   * the same where it is needed. Use the database role of API and workers: graphile-worker protects its tables by row
   * security from all roles but their owner and those with BYPASSRLS.
   * @throws ReplicationError HOST_TABLES, OUTDATED_TABLES, NEWER_TABLES, DATABASE_DOWN, INVALID_OPTION
   */
  prepare(options: ReplicationOptions): Promise<void>
  /**
   * Starts a worker, with health and metrics.
   * @throws ReplicationError as `startWorker` of the plugin does
   */
  startWorker(options: ReplicationOptions): Promise<ReplicationWorker>
  /**
   * Deletes the plugin's records (plan, stages, objects) of the migrations that created a tenant, or the tenants of a
   * project, and returns the number of these migrations. The migrations' own rows and everything in the clouds stay;
   * without the records, these migrations can be neither retried, verified nor rolled back. Accept no requests for the
   * project any more before calling it.
   * @throws ReplicationError MIGRATION_IN_PROGRESS (409) where a migration has not ended; nothing is deleted then
   */
  cleanupExecutor(options: Pick<ReplicationOptions, "pool">, scope: CleanupScope): Promise<number>
}

/**
 * This plugin as an extension of a host that mounts its extensions without importing each by name.
 * @example
 * ```ts
 * import { extension, loadExtensions } from "waldur-openstack-replication/extension"
 *
 * for (const loaded of await loadExtensions({ list: [extension] })) await loaded.registerIn?.(app, { pool })
 * ```
 */
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
  cleanupExecutor: ({ pool }, scope) => deleteRecords(pool, scope),
  enabled: ({ disabledExtensions = [] }) => !disabledExtensions.includes("waldur_openstack_replication"),
}

function deleteRecords(pool: ReplicationOptions["pool"], scope: CleanupScope): Promise<number> {
  return openDatabase(pool)
    .transaction()
    .execute(async (trx) => {
      // A stage locks the run when it starts, so no migration can continue until the records are deleted.
      const runs = trx.selectFrom("openstack_replication.run").select("migration_id").forUpdate()
      const found = await ("tenantId" in scope
        ? runs.where("tenant_id", "=", scope.tenantId)
        : runs.where("tenant_id", "in", ({ selectFrom }) =>
            selectFrom("openstack_tenant").select("id").where("project_id", "=", scope.projectId),
          )
      ).execute()
      const ids = found.map((run) => run.migration_id)
      if (ids.length === 0) return 0
      const inProgress = await trx
        .selectFrom("waldur_openstack_replication_migration")
        .select("uuid")
        .where("id", "in", ids)
        .where("state", "not in", endedStates)
        .executeTakeFirst()
      if (inProgress !== undefined) throw errors.migrationInProgress(inProgress.uuid)
      await trx.deleteFrom("openstack_replication.run").where("migration_id", "in", ids).execute()
      return ids.length
    })
}
