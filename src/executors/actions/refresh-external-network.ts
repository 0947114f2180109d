import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { findExternalNetwork } from "../../models/external-network.ts"

/**
 * Before a retry: external gateways that were not created yet get the external network that the settings name now.
 * The plan stays as it is where it has no external network, or the settings name none.
 */
export async function refreshExternalNetwork(trx: Trx, migrationId: number): Promise<void> {
  const run = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "run.tenant_id")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["run.context", "run.dst_settings_id as settingsId", "project.customer_id as customerId"])
    .where("run.migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  const { context } = run
  if (context.externalNetworkId === null) return
  const externalNetworkId = await findExternalNetwork(trx, run)
  if (externalNetworkId === null || externalNetworkId === context.externalNetworkId) return
  const inputs = { ...context.inputs, externalNetworkId }
  await trx
    .updateTable("openstack_replication.run")
    .set({ context: JSON.stringify({ ...context, externalNetworkId, inputs }) })
    .where("migration_id", "=", migrationId)
    .execute()
  await sql`
    update openstack_replication.object
    set body = jsonb_set(body, '{network_id}', to_jsonb(${externalNetworkId}::text)), modified = now()
    where migration_id = ${migrationId} and kind = 'gateway' and state = 'planned'`.execute(trx)
}
