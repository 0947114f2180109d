import type { Db } from "../../models/database.ts"
import type { Cloud, CloudConnection } from "../../openstack/cloud/types.ts"
import type { Timing } from "../../openstack/http/timing.ts"
import { connectCloud, type Limiter, type PauseCause } from "../../openstack/index.ts"
import { connectionOf } from "./connection.ts"
import { type LimiterStore, openLimiterStore } from "./limiter-store.ts"
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

/** Changes the connection that a row of service settings describes. */
type CustomConnection = (settings: SettingsRow, defaults: CloudConnection) => CloudConnection

/**
 * Opens the clouds of a host. Their rate limits are shared by all processes on the database.
 * @param timing for tests: shorter times than the client's own
 * @param onRateLimited called for every pause that a cloud requests of this process
 */
export function openClouds(
  db: Db,
  customConnection: CustomConnection,
  timing: Partial<Timing> = {},
  onRateLimited: (pause: RateLimited) => void = () => undefined,
): Clouds {
  return new HostClouds(db, customConnection, timing, onRateLimited)
}

/** A session, and the connection that it was opened with, as text. */
interface OpenCloud {
  readonly connection: string
  readonly cloud: Cloud
}

class HostClouds implements Clouds {
  readonly #db: Db
  readonly #customConnection: CustomConnection
  readonly #timing: Partial<Timing>
  readonly #onRateLimited: (pause: RateLimited) => void
  readonly #limiters: LimiterStore
  readonly #open = new Map<number, OpenCloud>()
  /** Stages may still use a session whose settings have changed, so it is closed with all others. */
  readonly #replaced: Cloud[] = []

  constructor(
    db: Db,
    customConnection: CustomConnection,
    timing: Partial<Timing>,
    onRateLimited: (pause: RateLimited) => void,
  ) {
    this.#db = db
    this.#customConnection = customConnection
    this.#timing = timing
    this.#onRateLimited = onRateLimited
    this.#limiters = openLimiterStore(db)
  }

  get owner(): string {
    return this.#limiters.owner
  }

  renewOwner(): Promise<void> {
    return this.#limiters.renewOwner()
  }

  async get(settingsId: number): Promise<Cloud> {
    const settings = await readSettings(this.#db, settingsId)
    const details = this.#customConnection(settings, connectionOf(settings))
    const connection = JSON.stringify(details)
    const before = this.#open.get(settingsId)
    if (before?.connection === connection) return before.cloud
    const shared = this.#limiters.limiter(await limiterSettingsOf(this.#db, settingsId), details)
    // Another call may have opened the session meanwhile.
    const now = this.#open.get(settingsId)
    if (now?.connection === connection) return now.cloud
    if (now !== undefined) this.#replaced.push(now.cloud)
    const limiter = reportingPauses(shared, { settingsId, cloud: details.name }, this.#onRateLimited)
    const cloud = connectCloud(details, undefined, this.#timing, limiter)
    this.#open.set(settingsId, { connection, cloud })
    return cloud
  }

  async close(): Promise<void> {
    const all = [...this.#replaced, ...this.#open.values().map(({ cloud }) => cloud)]
    await Promise.all(all.map((cloud) => cloud.close()))
    this.#open.clear()
    await this.#limiters.close()
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
