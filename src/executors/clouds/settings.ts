import { errors } from "../../errors.ts"
import type { Db } from "../../models/database.ts"
import { parseJson } from "../../models/json.ts"

/** A row of Waldur's `structure_servicesettings`: one cloud with its address and credentials. */
export interface SettingsRow {
  /** Id of the row. */
  readonly id: number
  /** Name of the cloud, as people read it. */
  readonly name: string
  /** Address of the cloud's identity service (Keystone). */
  readonly backendUrl: string
  /** User name of the account that the clouds are called with; "" where the row has none. */
  readonly username: string
  /** Its password; "" where the row has none. */
  readonly password: string
  /** Name of the user's domain; "" means `Default`. */
  readonly domain: string
  /** The row's JSON options, e.g. `tenant_name`, `region`, `requests_per_second`. Any host may add its own. */
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * Reads the service settings of a cloud.
 * @param id id of the row
 * @throws NO_SUCH_CLOUD where there is no row, or it has no address
 */
export async function readSettings(db: Db, id: number): Promise<SettingsRow> {
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

/**
 * Returns the id of the service settings whose rate limit applies: the first ones with the same address and region. A
 * cloud limits all of them together.
 */
export async function limiterSettingsOf(db: Db, settingsId: number): Promise<number> {
  const rows = await db
    .selectFrom("structure_servicesettings")
    .select(["id", "backend_url", "options"])
    .where("backend_url", "is not", null)
    .orderBy("id")
    .execute()
  const cloudOf = ({ backend_url: url, options }: (typeof rows)[number]) => {
    const { region } = parseJson<{ readonly region?: unknown }>(options, {})
    return JSON.stringify([url?.replace(/\/+$/, ""), region || ""])
  }
  const own = rows.find(({ id }) => id === settingsId)
  if (own === undefined) return settingsId
  return rows.find((row) => cloudOf(row) === cloudOf(own))?.id ?? settingsId
}
