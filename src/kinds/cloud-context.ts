import type { Cloud } from "../openstack/cloud/types.ts"
import { type Collection, listResources, type ResourceOf } from "../openstack/index.ts"
import type { QuotaService } from "../planning/cloud-quotas.ts"
import { type ProjectQuota, readProjectQuota } from "./project-quota.ts"

/** The destination cloud, as one stage uses it. */
export interface CloudContext {
  readonly cloud: Cloud
  /** Id of the destination project; "" until it exists. */
  readonly projectId: string
  readonly tenant: TenantFacts
  /** true: no object of the kind was requested before. Never true in a request that follows a refused one. */
  readonly firstRequest?: boolean
  /** Returns a collection of the project's network resources. Each is read once in the life of this context. */
  collection<C extends Collection>(
    name: C,
    query?: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<readonly ResourceOf<C>[]>
  /** Returns the project's quotas in a service. Each is read once in the life of this context. */
  quotas(service: QuotaService): Promise<ProjectQuota>
}

/** Facts of the destination tenant, from its row. */
export interface TenantFacts {
  readonly name: string
  readonly description: string
  readonly username: string
  readonly password: string
  readonly marker: string
}

export function cloudContext(cloud: Cloud, projectId: string, tenant: TenantFacts): CloudContext {
  const read = new Map<string, Promise<readonly unknown[]>>()
  const quotas = new Map<QuotaService, Promise<ProjectQuota>>()
  return {
    cloud,
    projectId,
    tenant,
    collection<C extends Collection>(
      name: C,
      query: Readonly<Record<string, string | readonly string[]>> = {},
    ) {
      const key = `${name} ${JSON.stringify(query)}`
      const known = read.get(key) ?? listResources(cloud, name, { project_id: projectId, ...query })
      read.set(key, known)
      return known as Promise<readonly ResourceOf<C>[]>
    },
    quotas(service) {
      const known = quotas.get(service) ?? readProjectQuota(cloud, service, projectId)
      quotas.set(service, known)
      return known
    },
  }
}
