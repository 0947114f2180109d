import type { DestinationFacts } from "../planning/warnings.ts"
import { runningStates } from "./codes.ts"
import type { Db } from "./database.ts"

/** Reads from the host's rows what a preview warns of in the destination. */
export async function readDestinationFacts(
  db: Db,
  to: {
    readonly name: string
    readonly settingsId: number
    readonly offeringId: number
    readonly srcResourceId: number
  },
): Promise<DestinationFacts> {
  const sameName = await db
    .selectFrom("openstack_tenant")
    .select("id")
    .where("service_settings_id", "=", to.settingsId)
    .where("name", "=", to.name)
    .limit(1)
    .execute()
  const { count } = await db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("marketplace_resource as created", "created.id", "migration.dst_resource_id")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("migration.src_resource_id", "=", to.srcResourceId)
    .where("created.offering_id", "=", to.offeringId)
    .where("migration.state", "in", runningStates)
    .executeTakeFirstOrThrow()
  const bounds = await db
    .selectFrom("marketplace_offeringcomponent")
    .select(["type", "min_value as min", "max_value as max"])
    .where("offering_id", "=", to.offeringId)
    .where("billing_type", "=", "limit")
    .orderBy("id")
    .execute()
  return { name: to.name, nameTaken: sameName.length > 0, inProgress: Number(count), bounds }
}
