import type { Cloud } from "../cloud/types.ts"
import { path } from "./path.ts"
import {
  type AvailabilityZone,
  detailsOf,
  getQuotaSet,
  type QuotaDetails,
  type QuotaSet,
  type Quotas,
  resetQuotaSet,
  setQuotaSet,
} from "./quotas.ts"

const service = "compute"

/** GET /v2.1/os-quota-sets/PROJECT */
export function getComputeQuota(cloud: Cloud, projectId: string): Promise<Quotas> {
  return getQuotaSet(cloud, service, projectId)
}

/** PUT /v2.1/os-quota-sets/PROJECT. Other quotas keep their values. */
export function setComputeQuota(cloud: Cloud, projectId: string, quotas: Quotas): Promise<Quotas> {
  return setQuotaSet(cloud, service, projectId, quotas)
}

/** DELETE os-quota-sets/PROJECT: resets to the cloud's defaults. */
export function resetComputeQuota(cloud: Cloud, projectId: string): Promise<void> {
  return resetQuotaSet(cloud, service, projectId)
}

/** A server of a tenant: a rollback refuses while there is one. */
export interface Server {
  readonly id: string
  readonly name: string
}

/** GET /v2.1/servers of another project, which takes an admin. */
export function listProjectServers(cloud: Cloud, projectId: string): Promise<readonly Server[]> {
  const query = { all_tenants: 1, project_id: projectId }
  return cloud.list({ service, path: "/servers", query }, "servers")
}

/** GET /v2.1/os-quota-sets/PROJECT/detail */
export async function getComputeUsage(cloud: Cloud, projectId: string): Promise<QuotaDetails> {
  const request = { service, method: "GET", path: path`/os-quota-sets/${projectId}/detail` } as const
  return detailsOf((await cloud.call<QuotaSet>(request)).quota_set)
}

/** https://docs.openstack.org/api-ref/compute/#flavors */
export interface Flavor {
  readonly id: string
  readonly name: string
  readonly vcpus: number
  /** MiB. */
  readonly ram: number
  /** GiB. */
  readonly disk: number
}

/** GET /v2.1/flavors/detail, of the flavors that every project may use: Nova shows an administrator no others unless it asks. */
export function listPublicFlavors(cloud: Cloud): Promise<readonly Flavor[]> {
  return cloud.list({ service, path: "/flavors/detail" }, "flavors")
}

/** GET /v2.1/os-availability-zone */
export function listInstanceZones(cloud: Cloud): Promise<readonly AvailabilityZone[]> {
  return cloud.list({ service, path: "/os-availability-zone" }, "availabilityZoneInfo")
}
