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

/** A mapped range: what is in `src` gets the same offset in `dst`. */
export interface CidrMapping {
  readonly src: Prefix
  readonly dst: Prefix
}

/**
 * Parses the pairs of a request. @throws CIDR_MAPPING if a text is not a prefix, though requests are validated before
 */
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
  // The first match is used, so the narrowest of nested ranges comes first.
  return mappings.toSorted((a, b) => b.src.length - a.src.length)
}

/**
 * Returns the mappings for the addresses of one subnet. Its own range comes first, mapped or unchanged, whatever the
 * mapping of ranges around or inside it, which may be those of other networks.
 */
export function mappingsWithin(cidr: string, mappings: readonly CidrMapping[]): readonly CidrMapping[] {
  const range = parsePrefix(cidr)
  if (range === undefined) return mappings
  return [mappings.find(({ src }) => samePrefix(src, range)) ?? { src: range, dst: range }, ...mappings]
}

/**
 * Returns the mapped address: the host part is kept. An address outside of all mapped ranges is returned unchanged.
 */
export function mapAddress(text: string, mappings: readonly CidrMapping[]): string {
  const address = parseAddress(text)
  if (address === undefined) return text
  const mapping = mappings.find(({ src }) => contains(src, address))
  if (mapping === undefined) return text
  const moved = move(address, 1n, mapping)
  // In a smaller range, a host may be mapped to the IPv4 broadcast address, which no host can have.
  if (isBroadcast(moved, mapping.dst) && mapping.dst.length > mapping.src.length) {
    throw errors.addressDoesNotFit(text, formatPrefix(mapping.src), formatPrefix(mapping.dst))
  }
  return formatAddress(moved)
}

/**
 * Returns the mapped network. A mapped range itself becomes its counterpart; a part of it (one host, a half) keeps its
 * size and offset; a network that is wider than the range, or outside, is returned unchanged. Host bits are kept.
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

/** The same for an address or a network: allowed address pairs contain both. */
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
