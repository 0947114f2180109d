import { type Cloud, listResources, type Service } from "../../src/openstack/index.ts"
import type { SequentialContext } from "./context.ts"

/** Reads what Waldur's rows show. The list of images is left out, because these clouds have no image service. */
export async function readBack({ admin, tenant, projectId }: SequentialContext): Promise<void> {
  const of = { tenant_id: projectId }
  await listResources(tenant, "ports", of)
  const routers = await listResources(tenant, "routers", of)
  for (const { id } of routers) await listResources(tenant, "ports", { device_id: id })
  const get = (cloud: Cloud, service: Service, path: string, query?: Readonly<Record<string, boolean>>) =>
    cloud.call({ service, method: "GET", path, ...(query && { query }) })
  // Limits, then usage
  await get(admin, "compute", `/os-quota-sets/${projectId}`)
  await get(admin, "volume", `/os-quota-sets/${projectId}`)
  await get(admin, "network", `/quotas/${projectId}`)
  await get(admin, "compute", `/os-quota-sets/${projectId}/detail`)
  await get(admin, "network", `/quotas/${projectId}/details`)
  await get(tenant, "volume", "/volumes/detail")
  await get(tenant, "volume", "/snapshots/detail")
  await get(admin, "volume", `/os-quota-sets/${projectId}`, { usage: true })
  await get(tenant, "compute", "/flavors/detail")
  await get(tenant, "volume", "/types")
  await get(tenant, "compute", "/os-availability-zone")
  await get(tenant, "volume", "/os-availability-zone")
}
