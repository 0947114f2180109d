import { type Collection, listResources, type ResourceOf } from "../openstack/index.ts"
import type { Cloud } from "../openstack/types.ts"

/** The destination as one stage sees it. */
export interface CloudContext {
  readonly cloud: Cloud
  /** Id of the destination project; "" until it exists. */
  readonly projectId: string
  readonly tenant: TenantFacts
  /** true: of the kind's objects none was ever asked for; never so in a call that follows on a refused one. */
  readonly fresh?: boolean
  /** A collection of the project's network resources. Read once in the life of this context. */
  collection<C extends Collection>(
    name: C,
    query?: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<readonly ResourceOf<C>[]>
}

/** What the row of the destination tenant says. */
export interface TenantFacts {
  readonly name: string
  readonly description: string
  readonly username: string
  readonly password: string
  readonly marker: string
}

export function cloudContext(cloud: Cloud, projectId: string, tenant: TenantFacts): CloudContext {
  const read = new Map<string, Promise<readonly unknown[]>>()
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
  }
}
