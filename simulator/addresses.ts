import { randomBytes } from "node:crypto"
import { Address4, Address6 } from "ip-address"

export type IpVersion = 4 | 6

export interface Ip {
  readonly version: IpVersion
  readonly value: bigint
}

/** `first` and `last` include the network address and the broadcast address. */
export interface Cidr {
  readonly version: IpVersion
  readonly prefix: number
  readonly first: bigint
  readonly last: bigint
  readonly value: bigint
}

export interface Range {
  readonly start: bigint
  readonly end: bigint
}

const bits = { 4: 32, 6: 128 } as const

export function parseIp(text: string): Ip | undefined {
  if (Address4.isValid(text) && !text.includes("/")) return { version: 4, value: new Address4(text).bigInt() }
  if (text.includes(":") && !/[/%]/.test(text) && Address6.isValid(text))
    return { version: 6, value: new Address6(text).bigInt() }
  return undefined
}

export const formatIp = (version: IpVersion, value: bigint): string =>
  version === 4 ? Address4.fromBigInt(value).correctForm() : Address6.fromBigInt(value).correctForm()

export function parseCidr(text: string): Cidr | undefined {
  const [address = "", length, ...rest] = text.split("/")
  const ip = parseIp(address)
  if (!ip || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined
  const prefix = length === undefined ? bits[ip.version] : Number(length)
  if (prefix > bits[ip.version]) return undefined
  const size = 1n << BigInt(bits[ip.version] - prefix)
  const first = ip.value - (ip.value % size)
  return { version: ip.version, prefix, first, last: first + size - 1n, value: ip.value }
}

export const formatCidr = (cidr: Cidr): string => `${formatIp(cidr.version, cidr.first)}/${cidr.prefix}`

export const contains = (range: Cidr | Range, value: bigint): boolean =>
  "first" in range ? range.first <= value && value <= range.last : range.start <= value && value <= range.end

export const overlaps = (a: Cidr, b: Cidr): boolean =>
  a.version === b.version && a.first <= b.last && b.first <= a.last

/** Returns the addresses for hosts: without the first and last of an IPv4 block and the first of an IPv6 block. */
export function hosts(cidr: Cidr): Range {
  if (cidr.version === 6) return { start: cidr.prefix < 127 ? cidr.first + 1n : cidr.first, end: cidr.last }
  return cidr.prefix > 30
    ? { start: cidr.first, end: cidr.last }
    : { start: cidr.first + 1n, end: cidr.last - 1n }
}

/** Returns the range without one address, as up to two ranges. */
export function without(range: Range, value: bigint | undefined): Range[] {
  if (value === undefined || !contains(range, value)) return [range]
  return [
    { start: range.start, end: value - 1n },
    { start: value + 1n, end: range.end },
  ].filter(({ start, end }) => start <= end)
}

const randomBelow = (limit: bigint): bigint => BigInt(`0x${randomBytes(20).toString("hex")}`) % limit

/** Returns a random free address of the ranges: Neutron allocates in no defined order. */
export function pickFree(ranges: readonly Range[], taken: (value: bigint) => boolean): bigint | undefined {
  const total = ranges.reduce((sum, { start, end }) => sum + (end - start + 1n), 0n)
  if (total === 0n) return undefined
  const nth = (n: bigint): bigint => {
    let left = n
    for (const { start, end } of ranges) {
      if (left <= end - start) return start + left
      left -= end - start + 1n
    }
    return ranges[0]?.start ?? 0n
  }
  for (let attempt = 0; attempt < 16; attempt++) {
    const value = nth(randomBelow(total))
    if (!taken(value)) return value
  }
  for (let n = 0n; n < total; n++) if (!taken(nth(n))) return nth(n)
  return undefined
}

/** Returns the SLAAC address of a host, which is derived from its MAC address. */
export function slaacAddress(cidr: Cidr, mac: string): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((part) => Number.parseInt(part, 16))
  const parts = [a ^ 2, b, c, 0xff, 0xfe, d, e, f]
  return cidr.first + parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}
