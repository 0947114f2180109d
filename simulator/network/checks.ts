import { parseCidr, parseIp } from "../addresses.ts"
import { quoted, unquoted } from "../values.ts"
import { badAttribute, invalidInput, notA, wrongKeys } from "./refusals.ts"
import type { Route } from "./rows.ts"

export const string =
  (longest: number) =>
  (name: string, value: unknown): string => {
    if (typeof value !== "string") throw badAttribute(name, notA("string", value))
    if (value.length > longest) throw badAttribute(name, `'${value}' exceeds maximum length of ${longest}`)
    return value
  }

const truths: Readonly<Record<string, boolean>> = { true: true, "1": true, false: false, "0": false }

export function boolean(_name: string, value: unknown): boolean {
  const found = truths[String(value).toLowerCase()]
  if (found === undefined) throw invalidInput(`'${unquoted(value)}' cannot be converted to boolean`)
  return found
}

export function integer(_name: string, value: unknown): number {
  const number = typeof value === "string" ? (/^-?\d+$/.test(value) ? Number(value) : Number.NaN) : value
  if (typeof number !== "number" || Number.isNaN(number))
    throw invalidInput(`'${unquoted(value)}' is not an integer`)
  return Math.trunc(number)
}

export function natural(name: string, value: unknown): number {
  const number = integer(name, value)
  if (number < 0) throw badAttribute(name, `'${number}' should be non-negative`)
  return number
}

const uuidShape = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

export function uuid(name: string, value: unknown): string {
  if (typeof value !== "string" || !uuidShape.test(value)) throw badAttribute(name, notA("UUID", value))
  return value
}

export const orNull =
  <T>(check: (name: string, value: unknown) => T) =>
  (name: string, value: unknown): T | null =>
    value === null ? null : check(name, value)

export const oneOf =
  (values: readonly (string | number | null)[]) =>
  (name: string, value: unknown): string | null => {
    if (!values.some((one) => one === value))
      throw badAttribute(name, `${unquoted(value)} is not in valid_values`)
    return value === null ? null : String(value)
  }

export function ip(name: string, value: unknown): string {
  if (typeof value !== "string" || !parseIp(value)) throw badAttribute(name, notA("IP address", value))
  return value
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw badAttribute(name, `'${unquoted(value)}' is not a list`)
  return value
}

export const strings = (name: string, value: unknown): readonly string[] => list(name, value).map(unquoted)

export function uuids(name: string, value: unknown): readonly string[] {
  const ids = list(name, value).map((one) => uuid(name, one))
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw badAttribute(name, `Duplicate items in the list: '${twice}'`)
  return ids
}

/** Accepts an object with exactly these keys. */
export function keyed(name: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  const given = typeof value === "object" && value !== null ? Object.keys(value) : []
  if (given.length !== keys.length || !keys.every((key) => given.includes(key)))
    throw wrongKeys(name, keys, given)
  return { ...(value as object) }
}

function cidr(name: string, value: unknown): string {
  const block = typeof value === "string" && value.includes("/") ? parseCidr(value) : undefined
  if (typeof value !== "string" || !block) throw badAttribute(name, notA("CIDR", value))
  return value
}

/** Neutron refuses a destination with host bits and recommends the block without them. */
export const routes =
  (canonical: (text: string) => string) =>
  (name: string, value: unknown): readonly Route[] => {
    if (value === null) return []
    if (!Array.isArray(value))
      throw badAttribute(name, `Invalid data format for hostroute: '${unquoted(value)}'`)
    const seen = new Set<string>()
    return value.map((one) => {
      const { nexthop, destination } = keyed(name, one, ["nexthop", "destination"])
      const block = cidr(name, destination)
      if (canonical(block) !== block)
        throw badAttribute(name, `'${block}' is not a recognized CIDR, '${canonical(block)}' is recommended`)
      const route = { destination: block, nexthop: ip(name, nexthop) }
      const key = `${route.destination} ${route.nexthop}`
      if (seen.has(key)) throw badAttribute(name, `Duplicate hostroute '${quoted(route)}'`)
      seen.add(key)
      return route
    })
  }
