import { errors } from "../../errors.ts"
import type { Db } from "../../models/database.ts"
import { parseJson } from "../../models/json.ts"
import type { Cloud, CloudConnection } from "../../openstack/cloud/types.ts"
import type { Timing } from "../../openstack/http/timing.ts"
import { connectCloud, type Limiter, type PauseCause } from "../../openstack/index.ts"
import { openLimiterStore } from "./limiter-store.ts"

/** The row of a cloud's service settings. */
export interface SettingsRow {
  readonly id: number
  readonly name: string
  readonly backendUrl: string
  readonly username: string
  readonly password: string
  readonly domain: string
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * Clouds by the id of their service settings: one session each, made anew when the row's facts change.
 * @param timing for tests: shorter times than the client's own
 */
export function openClouds(
  db: Db,
  connectionOf: (settings: SettingsRow, usual: CloudConnection) => CloudConnection,
  timing: Partial<Timing> = {},
  onRateLimited: (pause: RateLimited) => void = () => undefined,
): Clouds {
  const known = new Map<number, { readonly facts: string; readonly cloud: Cloud }>()
  // Stages may still work with a session whose settings have changed; it ends with the process.
  const retired: Cloud[] = []
  const limiters = openLimiterStore(db)
  const limiterOf = async (settingsId: number, connection: CloudConnection): Promise<Limiter> => {
    const limiter = limiters.limiter(await limiterSettingsOf(db, settingsId), connection)
    return {
      acquire: (entry) => limiter.acquire(entry),
      pause(ms, cause) {
        limiter.pause(ms, cause)
        onRateLimited({ settingsId, cloud: connection.name, ms, ...cause })
      },
    }
  }
  return {
    get owner() {
      return limiters.owner
    },
    renewOwner: () => limiters.renewOwner(),
    async get(settingsId) {
      const settings = await readSettings(db, settingsId)
      const connection = connectionOf(settings, usualConnection(settings))
      const facts = JSON.stringify(connection)
      const before = known.get(settingsId)
      if (before?.facts === facts) return before.cloud
      const limiter = await limiterOf(settingsId, connection)
      // Somebody else may have connected meanwhile.
      const now = known.get(settingsId)
      if (now?.facts === facts) return now.cloud
      if (now !== undefined) retired.push(now.cloud)
      const cloud = connectCloud(connection, undefined, timing, limiter)
      known.set(settingsId, { facts, cloud })
      return cloud
    },
    async close() {
      await Promise.all(
        [...retired, ...known.values().map(({ cloud }) => cloud)].map((cloud) => cloud.close()),
      )
      known.clear()
      await limiters.close()
    },
  }
}

/**
 * The lane of a cloud is that of the first settings with its address and region: what the cloud allows, it allows all
 * of them together.
 */
async function limiterSettingsOf(db: Db, settingsId: number): Promise<number> {
  const rows = await db
    .selectFrom("structure_servicesettings")
    .select(["id", "backend_url", "options"])
    .where("backend_url", "is not", null)
    .orderBy("id")
    .execute()
  const placeOf = ({ backend_url: url, options }: (typeof rows)[number]) => {
    const { region } = parseJson<{ readonly region?: unknown }>(options, {})
    return JSON.stringify([url?.replace(/\/+$/, ""), region || ""])
  }
  const own = rows.find(({ id }) => id === settingsId)
  if (own === undefined) return settingsId
  return rows.find((row) => placeOf(row) === placeOf(own))?.id ?? settingsId
}

async function readSettings(db: Db, id: number): Promise<SettingsRow> {
  const row = await db
    .selectFrom("structure_servicesettings")
    .select(["id", "name", "backend_url", "username", "password", "domain", "options"])
    .where("id", "=", id)
    .executeTakeFirst()
  if (!row?.backend_url) throw errors.noSuchCloud(row?.name ?? `with id ${id}`)
  return {
    id: row.id,
    name: row.name,
    backendUrl: row.backend_url,
    username: row.username ?? "",
    password: row.password ?? "",
    domain: row.domain ?? "",
    options: parseJson<Readonly<Record<string, unknown>>>(row.options, {}),
  }
}

/** What Waldur makes of a row of service settings, and what else the row's options may hold. */
function usualConnection({
  name,
  backendUrl,
  username,
  password,
  domain,
  options,
}: SettingsRow): CloudConnection {
  const text = (key: string) => (typeof options[key] === "string" ? options[key] : "")
  const given = <Key extends string>(key: Key, value: string) =>
    (value === "" ? {} : { [key]: value }) as { readonly [Name in Key]?: string }
  const ca = text("ca_certificate")
  const verify = options.verify_ssl !== false
  const secret = text("application_credential_secret")
  const catalogInterface = interfaces.find((one) => one === options.interface)
  return {
    name,
    authUrl: backendUrl,
    username,
    password,
    userDomain: domain || "Default",
    projectName: text("tenant_name") || "admin",
    ...given("userId", text("user_id")),
    ...given("userDomainId", text("user_domain_id")),
    ...given("projectId", text("tenant_id")),
    ...given("projectDomain", text("project_domain")),
    ...given("projectDomainId", text("project_domain_id")),
    ...(secret !== "" && {
      applicationCredential: {
        ...given("id", text("application_credential_id")),
        ...given("name", text("application_credential_name")),
        secret,
      },
    }),
    ...given("region", text("region")),
    ...(catalogInterface && { interface: catalogInterface }),
    ...((ca !== "" || !verify) && { tls: { ...given("ca", ca), ...(!verify && { verify }) } }),
    ...paceOf(options),
  }
}

/** A number that is none is ignored: the default is safe. */
function paceOf(options: SettingsRow["options"]) {
  const amount = <Key extends string>(key: Key, value: unknown, unit = 1) =>
    (Number(value) > 0 && Number.isFinite(Number(value)) ? { [key]: Number(value) * unit } : {}) as {
      readonly [Name in Key]?: number
    }
  return {
    ...amount("requestsPerSecond", options.requests_per_second),
    ...amount("inFlight", options.requests_in_flight),
    ...amount("timeoutMs", options.request_timeout, 1_000),
  }
}

const interfaces = ["public", "internal", "admin"] as const
/** The clouds of the host, each signed in once in this process. */

export interface Clouds {
  /** @param settingsId id of the row of the service settings. @throws NO_SUCH_CLOUD */
  get(settingsId: number): Promise<Cloud>
  /** Under which this process makes its calls: by it, others can keep one that was taken for dead from making any. */
  readonly owner: string
  /** After this process was taken for dead, and has stopped what it did: its calls go on under a new name. */
  renewOwner(): Promise<void>
  close(): Promise<void>
}
/** A cloud asked to slow down: no call to it starts for a while. */

export interface RateLimited extends PauseCause {
  /** Id of the cloud's service settings. */
  readonly settingsId: number
  /** Name of the cloud. */
  readonly cloud: string
  /** How long, in milliseconds, from now. */
  readonly ms: number
}
