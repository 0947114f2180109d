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

/** https://docs.openstack.org/api-ref/block-storage/v3/#volume-types-types */
export interface VolumeType {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly is_public: boolean
  readonly extra_specs?: Readonly<Record<string, string>>
}

export interface NewVolumeType {
  readonly name: string
  readonly description?: string
  /** @default true */
  readonly isPublic?: boolean
}

const service = "volume"

/** GET /v3/PROJECT/os-quota-sets/PROJECT. Includes keys such as `gigabytes_ssd` for each volume type. */
export function getVolumeQuota(cloud: Cloud, projectId: string): Promise<Quotas> {
  return getQuotaSet(cloud, service, projectId)
}

/** PUT /v3/PROJECT/os-quota-sets/PROJECT. Other quotas keep their values; Cinder refuses keys of volume types that do not exist. */
export function setVolumeQuota(cloud: Cloud, projectId: string, quotas: Quotas): Promise<Quotas> {
  return setQuotaSet(cloud, service, projectId, quotas)
}

/** GET /v3/PROJECT/types. An admin gets private types too. */
export function listVolumeTypes(cloud: Cloud): Promise<readonly VolumeType[]> {
  return cloud.list({ service, path: "/types", query: { is_public: "None" } }, "volume_types")
}

/** POST /v3/PROJECT/types */
export async function createVolumeType(cloud: Cloud, type: NewVolumeType): Promise<VolumeType> {
  const { name, description = "", isPublic = true } = type
  const volume_type = { name, description, "os-volume-type-access:is_public": isPublic }
  const request = { service, method: "POST", path: "/types", body: { volume_type } } as const
  return (await cloud.call<{ volume_type: VolumeType }>(request)).volume_type
}

/** DELETE os-quota-sets/PROJECT: resets to the cloud's defaults. */
export function resetVolumeQuota(cloud: Cloud, projectId: string): Promise<void> {
  return resetQuotaSet(cloud, service, projectId)
}

/** A volume of a tenant: a rollback refuses while there is one. */
export interface Volume {
  readonly id: string
  readonly name: string
}

/** GET /v3/PROJECT/volumes of another project, which takes an admin. */
export function listProjectVolumes(cloud: Cloud, projectId: string): Promise<readonly Volume[]> {
  const query = { all_tenants: 1, project_id: projectId }
  return cloud.list({ service, path: "/volumes", query }, "volumes")
}

/** GET /v3/PROJECT/os-quota-sets/PROJECT?usage=true */
export async function getVolumeUsage(cloud: Cloud, projectId: string): Promise<QuotaDetails> {
  const at = path`/os-quota-sets/${projectId}`
  const request = { service, method: "GET", path: at, query: { usage: true } } as const
  return detailsOf((await cloud.call<QuotaSet>(request)).quota_set)
}

/** GET /v3/PROJECT/os-availability-zone */
export function listVolumeZones(cloud: Cloud): Promise<readonly AvailabilityZone[]> {
  return cloud.list({ service, path: "/os-availability-zone" }, "availabilityZoneInfo")
}
