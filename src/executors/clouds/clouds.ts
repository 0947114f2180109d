import type { Db } from "../../models/database.ts"
import type { Cloud, CloudConnection } from "../../openstack/cloud/types.ts"
import type { Timing } from "../../openstack/http/timing.ts"
import { connectCloud, type Limiter, type PauseCause } from "../../openstack/index.ts"
import { connectionOf } from "./connection.ts"
import { openLimiterStore } from "./limiter-store.ts"
import { limiterSettingsOf, readSettings, type SettingsRow } from "./settings.ts"

/** The clouds of the host. Each has one session in this process. */
export interface Clouds {
  /**
   * Returns the cloud of service settings; opens its session where there is none, or where the settings have changed.
   * @param settingsId id of the row of the service settings
   * @throws NO_SUCH_CLOUD
   */
  get(settingsId: number): Promise<Cloud>
  /** The name under which this process acquires slots. Other workers fence a dead process by it. */
  readonly owner: string
  /** Gives this process a new owner name, after it was fenced and has stopped what it did. */
  renewOwner(): Promise<void>
  close(): Promise<void>
}

/** A cloud requested a pause: no call to it starts for a while. */
export interface RateLimited extends PauseCause {
  /** Id of the cloud's service settings. */
  readonly settingsId: number
  /** Name of the cloud. */
  readonly cloud: string
  /** Length of the pause from now, in milliseconds. */
  readonly ms: number
}

/** A session, and the connection that it was opened with, as text. */
interface OpenCloud {
  readonly connection: string
  readonly cloud: Cloud
}

/**
 * Opens the clouds of a host. Their rate limits are shared by all processes on the database.
 * @param customConnection changes the connection that a row of service settings describes
 * @param timing for tests: shorter times than the client's own
 * @param onRateLimited called for every pause that a cloud requests of this process
 */
export function openClouds(
  db: Db,
  customConnection: (settings: SettingsRow, usual: CloudConnection) => CloudConnection,
  timing: Partial<Timing> = {},
  onRateLimited: (pause: RateLimited) => void = () => undefined,
): Clouds {
  const open = new Map<number, OpenCloud>()
  // Stages may still use a session whose settings have changed, so it is closed with all others.
  const replaced: Cloud[] = []
  const limiters = openLimiterStore(db)
  return {
    get owner() {
      return limiters.owner
    },
    renewOwner: () => limiters.renewOwner(),
    async get(settingsId) {
      const settings = await readSettings(db, settingsId)
      const details = customConnection(settings, connectionOf(settings))
      const connection = JSON.stringify(details)
      const before = open.get(settingsId)
      if (before?.connection === connection) return before.cloud
      const shared = limiters.limiter(await limiterSettingsOf(db, settingsId), details)
      // Another call may have opened the session meanwhile.
      const now = open.get(settingsId)
      if (now?.connection === connection) return now.cloud
      if (now !== undefined) replaced.push(now.cloud)
      const limiter = reportingPauses(shared, { settingsId, cloud: details.name }, onRateLimited)
      const cloud = connectCloud(details, undefined, timing, limiter)
      open.set(settingsId, { connection, cloud })
      return cloud
    },
    async close() {
      const all = [...replaced, ...open.values().map(({ cloud }) => cloud)]
      await Promise.all(all.map((cloud) => cloud.close()))
      open.clear()
      await limiters.close()
    },
  }
}

/** The same limiter, with every pause reported. */
function reportingPauses(
  limiter: Limiter,
  cloud: Pick<RateLimited, "settingsId" | "cloud">,
  onRateLimited: (pause: RateLimited) => void,
): Limiter {
  return {
    acquire: (options) => limiter.acquire(options),
    pause(ms, cause) {
      limiter.pause(ms, cause)
      onRateLimited({ ...cloud, ms, ...cause })
    },
  }
}
