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
import { drawTenant, type TenantOptions } from "./arbitrary-tenant.ts"
import { block, type Draw, drawn, prefixOf } from "./generate.ts"

/** A pair of CIDRs as a request names it. */
export interface CidrPair {
  readonly src_cidr: string
  readonly dst_cidr: string
}

export interface MappedTenant {
  readonly source: SourceTenant
  readonly subnets: readonly CidrPair[]
}

/** Tenants, each with a mapping that suits it: subnets move to free ranges, grow, shrink, or trade places. */
export function mappedTenants(options: TenantOptions = {}): Arbitrary<MappedTenant> {
  return drawn((draw) => {
    const source = drawTenant(draw, options)
    return { source, subnets: drawPairs(draw, source, options.nested ?? false) }
  })
}

function drawPairs(draw: Draw, source: SourceTenant, nested: boolean): readonly CidrPair[] {
  const chosen = draw.some([...new Set(source.subnets.map((subnet) => subnet.cidr))])
  const form = (cidr: string) => `IPv${prefixOf(cidr).version}/${prefixOf(cidr).length}`
  const alike = [...Map.groupBy(chosen, form).values()].filter((cidrs) => cidrs.length > 1)
  const trade = nested || draw.flag() ? [] : (draw.any(alike) ?? [])
  return chosen.map((src_cidr, index) => {
    const place = trade.indexOf(src_cidr)
    const traded = place < 0 ? undefined : trade[(place + 1) % trade.length]
    return { src_cidr, dst_cidr: traded ?? freshRange(draw, prefixOf(src_cidr), index, source) }
  })
}

/** A range that nothing else is in: each pair has a home of its own. */
function freshRange(draw: Draw, src: Prefix, index: number, source: SourceTenant): string {
  const home = prefixOf(src.version === 4 ? `10.${128 + index}.0.0/16` : `fd80:${index}::/48`)
  const length = draw.one([
    src.length,
    src.length - draw.int(0, 4),
    draw.int(src.length, narrowest(src, source)),
  ])
  return block(home, length, draw.int(0, 7))
}

/** The longest prefix length that holds whatever the tenant has in `src`, with its last address still free. */
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
