/** Returns the human-readable form of an attribute's value. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none"
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(itemText).join(", ")
  return itemText(value)
}

/** Pools, routes, addresses and address pairs of Neutron have a short form of their own. */
function itemText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value)
  const {
    start,
    end,
    destination,
    nexthop,
    ip_address: address,
    subnet_id: subnet,
    mac_address: mac,
  } = value as Readonly<Record<string, unknown>>
  if (start !== undefined && end !== undefined) return `${start} to ${end}`
  if (destination !== undefined && nexthop !== undefined) return `${destination} via ${nexthop}`
  if (address !== undefined && subnet !== undefined) return `${address} in ${subnet}`
  if (address !== undefined) return mac === undefined ? String(address) : `${address} with ${mac}`
  return Object.entries(value)
    .map(([name, one]) => `${name} ${valueText(one)}`)
    .join(", ")
}

/** ISO 8601 → `2026-03-02 09:15:41 UTC` */
export function timeText(iso: string | null): string {
  return iso === null ? "not yet" : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

export function durationText(seconds: number | null): string {
  if (seconds === null) return "not yet"
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** `1748` → `1,748` */
export function numberText(value: number): string {
  return value.toLocaleString("en-US")
}

/** `1 object`, `2 objects` */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`
}

/** Returns the first names, and how many more there are. */
export function namesText(names: readonly string[], max = 8, separator = ", "): string {
  const more = names.length - max
  const first = names.slice(0, max).join(separator)
  return more > 0 ? `${first} and ${numberText(more)} more` : first
}

/** PostgreSQL's decimal text with at least two decimals, and without the zeros that follow: `5.0000000000` → `5.00`. */
export function amountText(decimal: string): string {
  const [whole = "0", decimals = ""] = decimal.split(".")
  return `${whole}.${decimals.replace(/0+$/, "").padEnd(2, "0")}`
}
