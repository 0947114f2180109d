import type { Hooks } from "../handlers/index.ts"
import type { Db } from "../models/database.ts"
import type { CallRecord, Cloud } from "../openstack/types.ts"

/** The clouds of the host, each signed in once in this process. */
export interface Clouds {
  /** @param settingsId id of the row of the service settings. @throws NO_SUCH_CLOUD */
  get(settingsId: number): Promise<Cloud>
  close(): Promise<void>
}

/** What every task of the worker works with. */
export interface Engine {
  readonly db: Db
  readonly clouds: Clouds
  readonly hooks: Hooks
  /** Schema of graphile-worker's tables. */
  readonly queueSchema: string
  /** Told of every call to a cloud, e.g. for metrics. */
  readonly onCall?: (call: CallRecord, settingsId: number) => void
}
