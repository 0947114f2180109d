import { Address4, Address6 } from "ip-address"

/** An IP address as a number, so that mapping is arithmetic and never text. */
export interface Address {
  readonly version: 4 | 6
  readonly value: bigint
}

/** An address with a prefix length. `value` keeps host bits where the text had them (`10.1.2.3/24`). */
export interface Prefix extends Address {
  readonly length: number
}

/** Parses an address without a prefix length; undefined if the text is not valid (`010.0.0.1` and `1.2.3` are not). */
export function parseAddress(text: string): Address | undefined {
  if (text.includes("/") || text.includes("%")) return undefined
  if (text.includes(":")) {
    return Address6.isValid(text) ? { version: 6, value: new Address6(text).bigInt() } : undefined
  }
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text) || !Address4.isValid(text))
    return undefined
  return { version: 4, value: new Address4(text).bigInt() }
}

/** Parses `address/length`; undefined if the text is not a prefix. */
export function parsePrefix(text: string): Prefix | undefined {
  const [head, tail, rest] = text.split("/")
  if (head === undefined || tail === undefined || rest !== undefined || !/^\d{1,3}$/.test(tail))
    return undefined
  const address = parseAddress(head)
  const length = Number(tail)
  if (address === undefined || length > bits(address.version)) return undefined
  return { ...address, length }
}

function bits(version: 4 | 6): number {
  return version === 4 ? 32 : 128
}

/** Number of addresses of a prefix. */
export function size(prefix: Prefix): bigint {
  return 1n << BigInt(bits(prefix.version) - prefix.length)
}

/** The first address of a prefix: its host bits cleared. */
export function base(prefix: Prefix): bigint {
  return prefix.value - (prefix.value % size(prefix))
}

export function contains(prefix: Prefix, address: Address): boolean {
  return (
    prefix.version === address.version &&
    address.value >= base(prefix) &&
    address.value < base(prefix) + size(prefix)
  )
}

export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && contains(outer, inner)
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return containsPrefix(a, b) || containsPrefix(b, a)
}

export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.version === b.version && a.length === b.length && base(a) === base(b)
}

/** Returns the usual form: dotted quads, or RFC 5952 for IPv6, as OpenStack writes it. */
export function formatAddress(address: Address): string {
  return address.version === 4
    ? Address4.fromBigInt(address.value).correctForm()
    : Address6.fromBigInt(address.value).correctForm()
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`
}

/**
 * Whether two texts are the same address (`fd00::1` and `fd00:0::1`); texts that are no addresses are compared as
 * texts.
 */
export function sameAddress(a: string, b: string): boolean {
  const [left, right] = [parseAddress(a), parseAddress(b)]
  if (left === undefined || right === undefined) return a === b
  return left.version === right.version && left.value === right.value
}
