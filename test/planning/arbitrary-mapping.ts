import type { Arbitrary } from "fast-check"
import {
  base,
  containsPrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
  samePrefix,
  size,
} from "../../src/planning/addresses.ts"
import type { SourceTenant } from "../../src/planning/source.ts"
import { generateTenant, type TenantOptions } from "./arbitrary-tenant.ts"
import { block, type Choices, generated, prefixOf } from "./choices.ts"

/** A pair of CIDRs as in a request. */
export interface CidrPair {
  readonly src_cidr: string
  readonly dst_cidr: string
}

export interface MappedTenant {
  readonly source: SourceTenant
  readonly subnets: readonly CidrPair[]
}

/** Tenants, each with a valid mapping: subnets move to free ranges, grow, shrink, or swap their ranges. */
export function mappedTenants(options: TenantOptions = {}): Arbitrary<MappedTenant> {
  return generated((choices) => {
    const source = generateTenant(choices, options)
    return { source, subnets: generatePairs(choices, source, options.nested ?? false) }
  })
}

function generatePairs(choices: Choices, source: SourceTenant, nested: boolean): readonly CidrPair[] {
  const chosen = choices.some([...new Set(source.subnets.map((subnet) => subnet.cidr))])
  const form = (cidr: string) => `IPv${prefixOf(cidr).version}/${prefixOf(cidr).length}`
  const alike = [...Map.groupBy(chosen, form).values()].filter((cidrs) => cidrs.length > 1)
  const swapped = nested || choices.flag() ? [] : (choices.any(alike) ?? [])
  return chosen.map((src_cidr, index) => {
    const place = swapped.indexOf(src_cidr)
    const other = place < 0 ? undefined : swapped[(place + 1) % swapped.length]
    return { src_cidr, dst_cidr: other ?? freshRange(choices, prefixOf(src_cidr), index, source) }
  })
}

/** Returns a range that overlaps no other: each pair has its own /16 or /48. */
function freshRange(choices: Choices, src: Prefix, index: number, source: SourceTenant): string {
  const home = prefixOf(src.version === 4 ? `10.${128 + index}.0.0/16` : `fd80:${index}::/48`)
  const length = choices.one([
    src.length,
    src.length - choices.int(0, 4),
    choices.int(src.length, narrowest(src, source)),
  ])
  return block(home, length, choices.int(0, 7))
}

/** Returns the longest prefix length that holds all that the tenant has in `src`, with its last address free. */
function narrowest(src: Prefix, source: SourceTenant): number {
  let last = 6n
  for (const text of textsOf(source)) {
    const prefix = rangeIn(text)
    if (prefix === undefined || samePrefix(prefix, src) || !containsPrefix(src, prefix)) continue
    const end = base(prefix) + size(prefix) - 1n - base(src)
    if (end > last) last = end
  }
  let length = src.length
  while (size({ ...src, length: length + 1 }) > last + 1n) length++
  return length
}

function rangeIn(text: string): Prefix | undefined {
  const address = parseAddress(text)
  return address === undefined ? parsePrefix(text) : { ...address, length: address.version === 4 ? 32 : 128 }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : []
}
