import type { Cloud } from "../openstack/cloud/types.ts"
import {
  CloudError,
  getComputeQuota,
  getComputeUsage,
  getNetworkQuota,
  getNetworkUsage,
  getVolumeQuota,
  getVolumeUsage,
  type QuotaDetails,
  type Quotas,
} from "../openstack/index.ts"
import type { QuotaService } from "../planning/cloud-quotas.ts"

/** Limits and usages of a project in one service, by the service's names. */
export interface ProjectQuota {
  readonly limits: Quotas
  /** Limits and usages; empty where the service shows limits alone. */
  readonly details: QuotaDetails
}

interface QuotaReads {
  details(cloud: Cloud, projectId: string): Promise<QuotaDetails>
  limits(cloud: Cloud, projectId: string): Promise<Quotas>
}

const reads: Readonly<Record<QuotaService, QuotaReads>> = {
  network: { details: getNetworkUsage, limits: getNetworkQuota },
  compute: { details: getComputeUsage, limits: getComputeQuota },
  volume: { details: getVolumeUsage, limits: getVolumeQuota },
}

/** Reads limits and usages in one call or, where a service refuses to show usages, the limits alone. */
export async function readProjectQuota(
  cloud: Cloud,
  service: QuotaService,
  projectId: string,
): Promise<ProjectQuota> {
  try {
    const details = await reads[service].details(cloud, projectId)
    const limits = Object.entries(details).map(([name, { limit }]) => [name, limit])
    return { limits: Object.fromEntries(limits), details }
  } catch (error) {
    const isRefused = error instanceof CloudError && error.retry === "no" && !error.failure.notInCatalog
    if (!isRefused) throw error
    return { limits: await reads[service].limits(cloud, projectId), details: {} }
  }
}
