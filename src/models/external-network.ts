import type { Db } from "./database.ts"
import { parseJson } from "./json.ts"

/** The destination's external network: the customer's own where there is one, else that of the cloud's settings. */
export async function externalNetworkOf(
  db: Db,
  settingsId: number,
  customerId: number,
): Promise<string | null> {
  const own = await db
    .selectFrom("openstack_customeropenstack")
    .select("external_network_id")
    .where("settings_id", "=", settingsId)
    .where("customer_id", "=", customerId)
    .executeTakeFirst()
  const settings = await db
    .selectFrom("structure_servicesettings")
    .select("options")
    .where("id", "=", settingsId)
    .executeTakeFirstOrThrow()
  const options = parseJson<Readonly<Record<string, unknown>>>(settings.options, {})
  return own?.external_network_id || String(options.external_network_id ?? "") || null
}
