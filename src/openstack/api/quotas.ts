/** Limits by resource; -1 means unlimited. */
export type Quotas = Readonly<Record<string, number>>

/** Body of Nova and Cinder: the limits, with the project's `id` among them. */
export interface QuotaSet {
  readonly quota_set: Readonly<Record<string, unknown>>
}

export function quotasOf({ quota_set }: QuotaSet): Quotas {
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
