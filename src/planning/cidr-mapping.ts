import { errors } from "../errors.ts"
import {
  type Address,
  base,
  contains,
  containsPrefix,
  formatAddress,
  formatPrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
  samePrefix,
  size,
} from "./addresses.ts"

/** One subnet's move: what lies in `src` goes to the same place in `dst`. */
export interface CidrMapping {
  readonly src: Prefix
  readonly dst: Prefix
}

/** Pairs as they are on the wire → mappings. Pairs must have been validated: a text that is no prefix throws. */
export function readMappings(
  pairs: readonly { readonly src_cidr: string; readonly dst_cidr: string }[],
): readonly CidrMapping[] {
  const mappings = pairs.map(({ src_cidr, dst_cidr }) => {
    const [src, dst] = [parsePrefix(src_cidr), parsePrefix(dst_cidr)]
    if (src === undefined || dst === undefined || src.version !== dst.version) {
      throw errors.cidrMapping(`${src_cidr} → ${dst_cidr} is not a pair of networks of the same IP version.`)
    }
    return { src, dst }
  })
  // The first that fits is taken: of ranges inside each other the narrowest.
  return mappings.toSorted((a, b) => b.src.length - a.src.length)
}

/**
 * The mappings as one subnet sees them: its own range goes where it is told to, or stays, whatever is said of ranges
 * around or inside it, which other networks may have.
 */
export function mappingsWithin(cidr: string, mappings: readonly CidrMapping[]): readonly CidrMapping[] {
  const range = parsePrefix(cidr)
  if (range === undefined) return mappings
  return [mappings.find(({ src }) => samePrefix(src, range)) ?? { src: range, dst: range }, ...mappings]
}

/** The address at its new place: the host part is kept. An address outside of every mapped range stays. */
export function mapAddress(text: string, mappings: readonly CidrMapping[]): string {
  const address = parseAddress(text)
  if (address === undefined) return text
  const mapping = mappings.find(({ src }) => contains(src, address))
  if (mapping === undefined) return text
  const moved = move(address, 1n, mapping)
  // Where a range shrinks, a host may come to lie on the IPv4 broadcast address, which nobody can have.
  if (isBroadcast(moved, mapping.dst) && mapping.dst.length > mapping.src.length) {
    throw errors.addressDoesNotFit(text, formatPrefix(mapping.src), formatPrefix(mapping.dst))
  }
  return formatAddress(moved)
}

/**
 * The network at its new place. A mapped range itself becomes its counterpart; a part of it (a host rule, a half)
 * keeps its size and its place; what is wider than the range, or outside, stays. Host bits are kept as given.
 */
export function mapPrefix(text: string, mappings: readonly CidrMapping[]): string {
  const prefix = parsePrefix(text)
  if (prefix === undefined) return text
  const mapping = mappings.find(({ src }) => containsPrefix(src, prefix))
  if (mapping === undefined) return text
  if (samePrefix(prefix, mapping.src)) {
    const host = prefix.value - base(mapping.src)
    if (host === 0n) return formatPrefix(mapping.dst)
    return formatPrefix({ ...move(prefix, 1n, mapping), length: mapping.dst.length })
  }
  move({ ...prefix, value: base(prefix) }, size(prefix), mapping)
  return formatPrefix({ ...move(prefix, 1n, mapping), length: prefix.length })
}

/** An address or a network (allowed address pairs hold both). */
export function mapAddressOrPrefix(text: string, mappings: readonly CidrMapping[]): string {
  return text.includes("/") ? mapPrefix(text, mappings) : mapAddress(text, mappings)
}

function move(address: Address, count: bigint, { src, dst }: CidrMapping): Address {
  const offset = address.value - base(src)
  if (offset + count > size(dst)) {
    throw errors.addressDoesNotFit(formatAddress(address), formatPrefix(src), formatPrefix(dst))
  }
  return { version: dst.version, value: base(dst) + offset }
}

function isBroadcast(address: Address, prefix: Prefix): boolean {
  return prefix.version === 4 && prefix.length < 31 && address.value === base(prefix) + size(prefix) - 1n
}
