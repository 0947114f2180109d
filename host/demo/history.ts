import { sql } from "kysely"
import type pg from "pg"
import { handlerNames } from "../../src/handlers/handler.ts"
import { type HandlerContext, type HandlerName, selectHandlers } from "../../src/handlers/index.ts"
import { writeCurrentUsages } from "../../src/handlers/usages/component-usages.ts"
import { writeUsages } from "../../src/handlers/usages/write-quotas.ts"
import { ResourceState } from "../../src/models/codes.ts"
import { openDatabase, type Trx } from "../../src/models/database.ts"
import { type Cloud, CloudError } from "../../src/openstack/index.ts"
import type { ImportedTenant } from "../import/tenant.ts"

/** A tenant whose rows were imported. */
interface Place {
  readonly cloud: Cloud
  /** OpenStack's id of its project. */
  readonly projectId: string
  readonly settingsId: number
}

/**
 * Writes what a marketplace has of a tenant that its customer has used since the month began: flavors and images, usages,
 * offerings for machines and volumes, a plan period, and the invoice of the month. The plugin's handlers write it.
 */
export async function writeHistory(pool: pg.Pool, tenant: ImportedTenant, place: Place): Promise<void> {
  const { tenantId, resourceId } = tenant
  const context = contextAt(startOfMonth(new Date()))
  const [inventory] = only("inventory")
  const write = await inventory?.readDestination?.(
    {
      ...place,
      ports: async () => [],
      quotas: async () => ({}),
      read: (_, reading) =>
        reading().catch((error) => {
          if (error instanceof CloudError) return undefined
          throw error
        }),
    },
    context,
  )
  await openDatabase(pool)
    .transaction()
    .execute(async (trx) => {
      await write?.(trx, { tenantId, resourceId, settingsId: place.settingsId })
      await writeUsages(trx, tenantId, await machineUsages(trx, tenantId))
      await writeCurrentUsages(trx, { tenantId, resourceId, settingsId: place.settingsId }, new Date())
      await becomeOk(trx, resourceId, context)
    })
}

/** Runs what the handlers run when a resource becomes OK. */
async function becomeOk(trx: Trx, resourceId: number, context: HandlerContext): Promise<void> {
  const instance = await trx
    .selectFrom("marketplace_resource")
    .selectAll()
    .where("id", "=", resourceId)
    .executeTakeFirstOrThrow()
  const previous = { ...instance, state: ResourceState.CREATING }
  for (const handler of only("subResourceOfferings", "planPeriods", "billing")) {
    for (const hook of handler.hooks?.(context).resource ?? [])
      await hook({ instance, previous, created: false, trx })
  }
}

/** What the machines of a tenant use of its quotas, by their rows. */
async function machineUsages(trx: Trx, tenantId: number) {
  const { rows } = await sql<{ name: string; used: number }>`
    select usage.name, usage.used::int
    from (select sum(cores) as cores, sum(ram) as ram, count(*) as machines from openstack_instance where tenant_id = ${tenantId}) sums
      cross join lateral (values ('vcpu', cores), ('ram', ram), ('instances', machines)) usage (name, used)
    where usage.used > 0`.execute(trx)
  return rows.map(({ name, used }) => ({ name, used, limit: -1 }))
}

function only(...names: readonly HandlerName[]) {
  return selectHandlers(Object.fromEntries(handlerNames.map((name) => [name, names.includes(name)])))
}

/** A context without events, which need a migration. */
function contextAt(now: Date): HandlerContext {
  const nothing = async () => {}
  return {
    now: () => now,
    hooks: () => ({}),
    objects: () => ({
      inserted: nothing,
      created: nothing,
      failed: nothing,
      deleted: nothing,
      pruned: nothing,
    }),
    offeringsCreated: nothing,
    componentsSaved: nothing,
  }
}

function startOfMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()))
}
