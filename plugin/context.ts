import type { Access } from "../src/access/types.ts"
import type { Engine } from "../src/executors/stage/worker-context.ts"
import type { ValidationSettings } from "../src/serializers/validate-create.ts"

/** What the routes work with. */
export interface RouteContext {
  readonly engine: Engine
  readonly access: Access
  readonly validation: ValidationSettings
  /** Whether older callers find `POST …/run/`. */
  readonly runEndpoint: boolean
}
