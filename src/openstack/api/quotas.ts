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
