import { errors } from "../errors.ts"
import type { Db } from "../models/database.ts"
import { parseJson } from "../models/json.ts"
import { connectCloud, type Gate, ownPace } from "../openstack/index.ts"
import type { Timing } from "../openstack/timing.ts"
import type { Cloud, CloudConnection } from "../openstack/types.ts"
import type { Clouds, LanePause } from "./engine.ts"

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
  onLanePause: (pause: LanePause) => void = () => undefined,
): Clouds {
  const known = new Map<number, { readonly facts: string; readonly cloud: Cloud }>()
  // Stages may still work with a session whose settings have changed; it ends with the process.
  const retired: Cloud[] = []
  const gateOf = (settingsId: number, connection: CloudConnection): Gate => {
    const gate = ownPace(connection)
    return {
      enter: (entry) => gate.enter(entry),
      pause(ms, cause) {
        gate.pause(ms, cause)
        onLanePause({ settingsId, ms, ...cause })
      },
    }
  }
  return {
    async get(settingsId) {
      const settings = await readSettings(db, settingsId)
      const connection = connectionOf(settings, usualConnection(settings))
      const facts = JSON.stringify(connection)
      const before = known.get(settingsId)
      if (before?.facts === facts) return before.cloud
      if (before !== undefined) retired.push(before.cloud)
      const cloud = connectCloud(connection, undefined, timing, gateOf(settingsId, connection))
      known.set(settingsId, { facts, cloud })
      return cloud
    },
    async close() {
      await Promise.all(
        [...retired, ...known.values().map(({ cloud }) => cloud)].map((cloud) => cloud.close()),
      )
      known.clear()
    },
  }
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

/** What Waldur makes of a row of service settings. */
function usualConnection({
  name,
  backendUrl,
  username,
  password,
  domain,
  options,
}: SettingsRow): CloudConnection {
  const region = typeof options.region === "string" ? options.region : ""
  return {
    name,
    authUrl: backendUrl,
    username,
    password,
    userDomain: domain || "Default",
    projectName: String(options.tenant_name ?? "admin"),
    ...(region === "" ? {} : { region }),
    ...(options.verify_ssl === false ? { tls: { verify: false } } : {}),
  }
}
