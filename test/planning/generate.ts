import fc, { type Arbitrary, type GeneratorValue } from "fast-check"
import {
  base,
  formatAddress,
  formatPrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
  size,
} from "../../src/planning/addresses.ts"

/** Random choices of one value: those of fast-check, so that a failure shrinks and is repeated by its seed. */
export interface Draw {
  int(min: number, max: number): number
  flag(): boolean
  /** true once in `times`. */
  rarely(times: number): boolean
  one<T>(items: readonly [T, ...T[]]): T
  /** One of a list that may be empty. */
  any<T>(items: readonly T[]): T | undefined
  some<T>(items: readonly T[]): readonly T[]
  /** A place among the hosts of a network: often near its start, sometimes far. */
  place(): number
  name(): string
  words(): string
}

/** Printable characters of the basic plane: MariaDB's `utf8`, which clouds use, has no others. */
const letter = fc.constantFrom(..."abcdeXYZ0189-_. /:;#%&'\"\\<>{}[]@$éßłŽЖяΩ中文あ한→½".split(""))
const text = (minLength: number, maxLength: number): Arbitrary<string> =>
  fc.string({ unit: letter, minLength, maxLength })
/** Names repeat, for OpenStack takes that; a group that is not the default one must not be called so. */
const name = fc.oneof(fc.constantFrom("net", "web", "a"), text(1, 60)).map((one) => one.trim() || "blank")
const description = fc.oneof({ weight: 2, arbitrary: fc.constant("") }, text(0, 100))

export function drawn<T>(make: (draw: Draw) => T): Arbitrary<T> {
  return fc.gen().map((gen) => make(drawOf(gen)))
}

const between = (min: number, max: number) => fc.integer({ min, max })
const names = () => name
const descriptions = () => description

function drawOf(gen: GeneratorValue): Draw {
  const int = (min: number, max: number) => gen(between, min, max)
  const any = <T>(items: readonly T[]) => (items.length === 0 ? undefined : items[int(0, items.length - 1)])
  return {
    int,
    any,
    flag: () => gen(fc.boolean),
    rarely: (times) => int(1, times) === times,
    one: (items) => any(items) ?? items[0],
    some: (items) => items.filter(() => gen(fc.boolean)),
    place: () => int(0, [9, 40, 300][int(0, 2)] ?? 9),
    name: () => gen(names),
    words: () => gen(descriptions),
  }
}

export const bits = (version: 4 | 6): number => (version === 4 ? 32 : 128)

export function prefixOf(cidr: string): Prefix {
  const prefix = parsePrefix(cidr)
  if (prefix === undefined) throw new Error(`${cidr} is no prefix`)
  return prefix
}

export const isVersion = (cidr: string, version: 4 | 6): boolean => prefixOf(cidr).version === version

/** The `index`th block of this length in a wider one, counted around. */
export function block(inside: Prefix, length: number, index: number): string {
  const count = 1n << BigInt(length - inside.length)
  const step = 1n << BigInt(bits(inside.version) - length)
  return formatPrefix({ ...inside, length, value: base(inside) + (BigInt(index) % count) * step })
}

/** How many addresses of a network a host may have: in IPv4 not the last one, in neither the first. */
export function hostCount(cidr: string): bigint {
  const prefix = prefixOf(cidr)
  return size(prefix) - (prefix.version === 4 ? 2n : 1n)
}

/** The `index`th address that a host may have, from 0, counted around. */
export function host(cidr: string, index: bigint | number): string {
  const prefix = prefixOf(cidr)
  return formatAddress({
    version: prefix.version,
    value: base(prefix) + 1n + (BigInt(index) % hostCount(cidr)),
  })
}

export function hostIndex(cidr: string, address: string): bigint {
  return (parseAddress(address)?.value ?? 0n) - base(prefixOf(cidr)) - 1n
}
