import type { FastifyInstance } from "fastify"
import type { Worker } from "../src/executors/worker/worker.ts"

/** What a host is about to delete: a tenant or a project, by the id of its row. */
export type CleanupScope = { readonly tenantId: number } | { readonly projectId: number }

/** Settings of the host that concern all extensions. */
export interface HostSettings {
  /** App names of disabled extensions. @default none */
  readonly disabledExtensions?: readonly string[]
}

/**
 * The contract between a host and its extensions, modelled on Waldur's class of that name. Only `appName` is required.
 * `Options` is what the host passes to the extension's functions.
 */
export interface WaldurExtension<Options = unknown> {
  /** Unique name of the extension. Waldur's `django_app()`. */
  readonly appName: string
  /** Whether the extension builds on others and is loaded after them. @default false */
  readonly isAssembly?: boolean
  /** The settings that are plain values, with their defaults. Waldur's inner class `Settings`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** Names of the settings that clients may see. @default none */
  publicSettings?(): readonly string[]
  /** Settings that can change while the host runs. @default none */
  dynamicSettings?(): Readonly<Record<string, unknown>>
  /** Registers the extension's routes on the host's server. Waldur's `rest_urls()`. */
  registerIn?(app: FastifyInstance, options: Options): Promise<void>
  /** Migrates the extension's own tables, and starts nothing. */
  prepare?(options: Options): Promise<void>
  /** Names of the tasks that the extension's worker runs. Waldur's `celery_tasks()`. */
  workerTasks?(): readonly string[]
  /** Starts a worker for these tasks in this process. */
  startWorker?(options: Options): Promise<Worker>
  /** Called before the host deletes a tenant or a project. An error keeps the host from deleting it. */
  cleanupExecutor?(options: Options, scope: CleanupScope): Promise<unknown>
  /** Returns whether the extension is enabled. @default whether `disabledExtensions` does not contain its name */
  enabled?(host: HostSettings): boolean
}
