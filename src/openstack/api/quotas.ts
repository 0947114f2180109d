import type { Cloud, Service } from "../cloud/types.ts"
import { ignoreNotFound } from "../errors/not-found.ts"
import { path } from "./path.ts"

/** Limits by resource; -1 means unlimited. */
export type Quotas = Readonly<Record<string, number>>

/** Body of Nova and Cinder: the limits, with the project's `id` among them. */
export interface QuotaSet {
  readonly quota_set: Readonly<Record<string, unknown>>
}

function quotasOf({ quota_set }: QuotaSet): Quotas {
  return numbersOf(quota_set)
}

export function numbersOf(values: Readonly<Record<string, unknown>>): Quotas {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  )
}

/** Limit and usage by resource. */
export type QuotaDetails = Readonly<Record<string, { readonly limit: number; readonly used: number }>>

/** Returns limits and usages. Nova and Cinder name the usage `in_use`, Neutron `used`. Other members are left out. */
export function detailsOf(values: Readonly<Record<string, unknown>>): QuotaDetails {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (typeof value !== "object" || value === null) return []
      const { limit, used, in_use } = value as Readonly<Record<string, unknown>>
      const usage = used ?? in_use
      return typeof limit === "number" && typeof usage === "number" ? [[name, { limit, used: usage }]] : []
    }),
  )
}

/** A zone of Nova or Cinder. */
export interface AvailabilityZone {
  readonly zoneName: string
  readonly zoneState: { readonly available: boolean }
}

/** Services whose quotas are a quota set of their API. */
type QuotaSetService = Extract<Service, "compute" | "volume">

/** GET os-quota-sets/PROJECT */
export async function getQuotaSet(
  cloud: Cloud,
  service: QuotaSetService,
  projectId: string,
): Promise<Quotas> {
  const request = { service, method: "GET", path: path`/os-quota-sets/${projectId}` } as const
  return quotasOf(await cloud.call<QuotaSet>(request))
}

/** PUT os-quota-sets/PROJECT. Other quotas keep their values. */
export async function setQuotaSet(
  cloud: Cloud,
  service: QuotaSetService,
  projectId: string,
  quotas: Quotas,
): Promise<Quotas> {
  const body = { quota_set: quotas }
  const request = { service, method: "PUT", path: path`/os-quota-sets/${projectId}`, body } as const
  return quotasOf(await cloud.call<QuotaSet>(request))
}

/** DELETE os-quota-sets/PROJECT: resets to the cloud's defaults. */
export async function resetQuotaSet(
  cloud: Cloud,
  service: QuotaSetService,
  projectId: string,
): Promise<void> {
  await ignoreNotFound(cloud.call({ service, method: "DELETE", path: path`/os-quota-sets/${projectId}` }))
}
