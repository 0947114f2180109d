import type { CidrPair } from "../planning/arbitrary-mapping.ts"
import { isIn, moved, numberOf, rangeOf } from "../planning/reference-model.ts"

/** Returns an address or a network after the mapping, as numbers, by arithmetic that is independent of the code under test. */
export function mappedAddress(text: string, pairs: readonly CidrPair[]): string {
  if (!text.includes("/")) {
    const pair = pairs.find(({ src_cidr }) => sameVersion(text, src_cidr) && isIn(text, src_cidr))
    return String(pair === undefined ? numberOf(text) : moved(text, pair.src_cidr, pair.dst_cidr))
  }
  const { first, last, length } = rangeOf(text)
  const host = numberOf(text.split("/")[0] ?? "") - first
  const pair = pairs.find(({ src_cidr }) => {
    const src = rangeOf(src_cidr)
    return sameVersion(text, src_cidr) && src.first <= first && last <= src.last
  })
  if (pair === undefined) return `${first + host}/${length}`
  const [src, dst] = [rangeOf(pair.src_cidr), rangeOf(pair.dst_cidr)]
  return `${dst.first + (first - src.first) + host}/${length === src.length ? dst.length : length}`
}

function sameVersion(a: string, b: string): boolean {
  return a.includes(":") === b.includes(":")
}
