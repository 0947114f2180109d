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

/** Random choices for one generated value, made by fast-check: a failure shrinks and is repeated by its seed. */
export interface Choices {
  int(min: number, max: number): number
  flag(): boolean
  /** Returns true once in `times`. */
  rarely(times: number): boolean
  one<T>(items: readonly [T, ...T[]]): T
  /** Returns an item of a list that may be empty. */
  any<T>(items: readonly T[]): T | undefined
  some<T>(items: readonly T[]): readonly T[]
  /** Returns an index of a host in its network: often small, sometimes large. */
  place(): number
  name(): string
  words(): string
}

/** Printable characters of the basic multilingual plane: MariaDB's `utf8`, which clouds use, stores no others. */
const letter = fc.constantFrom(..."abcdeXYZ0189-_. /:;#%&'\"\\<>{}[]@$éßłŽЖяΩ中文あ한→½".split(""))
const text = (minLength: number, maxLength: number): Arbitrary<string> =>
  fc.string({ unit: letter, minLength, maxLength })
/** Names repeat, because OpenStack allows it; only the default security group may have the name `default`. */
const name = fc.oneof(fc.constantFrom("net", "web", "a"), text(1, 60)).map((one) => one.trim() || "blank")
const description = fc.oneof({ weight: 2, arbitrary: fc.constant("") }, text(0, 100))

export function generated<T>(make: (choices: Choices) => T): Arbitrary<T> {
  return fc.gen().map((gen) => make(choicesOf(gen)))
}

const between = (min: number, max: number) => fc.integer({ min, max })
const names = () => name
const descriptions = () => description

function choicesOf(gen: GeneratorValue): Choices {
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

/** The `index`th block of this length in a wider one, modulo their number. */
export function block(inside: Prefix, length: number, index: number): string {
  const count = 1n << BigInt(length - inside.length)
  const step = 1n << BigInt(bits(inside.version) - length)
  return formatPrefix({ ...inside, length, value: base(inside) + (BigInt(index) % count) * step })
}

/** Number of addresses of a network that a host may have: all but the first and, in IPv4, the last. */
export function hostCount(cidr: string): bigint {
  const prefix = prefixOf(cidr)
  return size(prefix) - (prefix.version === 4 ? 2n : 1n)
}

/** The `index`th address that a host may have, from 0, modulo their number. */
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
