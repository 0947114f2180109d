import type { Db } from "./database.ts"
import { parseJson } from "./json.ts"

/**
 * The external network that a customer's routers use in a cloud: the customer's own where one is set, else that of the
 * service settings. Null where neither names one.
 */
export async function findExternalNetwork(
  db: Db,
  { settingsId, customerId }: { readonly settingsId: number; readonly customerId: number },
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
