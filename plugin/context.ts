import type { Access } from "../src/access/types.ts"
import type { WorkerContext } from "../src/executors/stage/worker-context.ts"
import type { ValidationSettings } from "../src/serializers/validate-create.ts"

/** What every route works with. */
export interface RouteContext {
  readonly ctx: WorkerContext
  readonly access: Access
  readonly validation: ValidationSettings
  /** Whether `POST …/run/` exists for clients of older servers. */
  readonly runEndpoint: boolean
}
