import type { TestWorld } from "./world.ts"

/** A request that copies everything that can be copied. */
export const request = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }
/** Neutron's refusal of an object beyond a quota. */
export const full = {
  status: 409,
  body: { NeutronError: { type: "OverQuota", message: "Quota exceeded for resources.", detail: "" } },
}

/** Counts the rows of a table, or of a query after `from`. */
export async function count(world: TestWorld, query: string): Promise<number> {
  return Number((await world.pool.query(`select count(*) from ${query}`)).rows[0]?.count)
}

/** Rows of the host that a rollback has to delete. */
export async function hostRows(world: TestWorld) {
  const tables = [
    "openstack_tenant",
    "openstack_network",
    "openstack_subnet",
    "openstack_router",
    "openstack_securitygroup",
    "openstack_securitygrouprule",
    "openstack_port",
    "quotas_quotalimit",
    "openstack_volumetype_tenants",
  ]
  const counts = await Promise.all(tables.map(async (table) => [table, await count(world, table)] as const))
  // The numbers of offerings of a category and of orders of an offering stay, as in Waldur.
  const usage = await world.pool.query(
    "select object_id, content_type_id, sum(delta) as sum from quotas_quotausage where name not in ('offering_count', 'order_count') group by 1, 2 having sum(delta) <> 0 order by 1, 2",
  )
  return { ...Object.fromEntries(counts), usage: usage.rows }
}

/** Makes jobs that wait for a retry due at once, until a promise has ended. */
export async function hurried<T>({ pool }: TestWorld, waiting: Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    pool
      .query(
        "update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null",
      )
      .catch(() => undefined)
  }, 100)
  return waiting.finally(() => clearInterval(timer))
}
