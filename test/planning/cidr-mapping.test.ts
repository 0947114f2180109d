import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { formatAddress } from "../../src/planning/addresses.ts"
import { mapAddress, mapAddressOrPrefix, mapPrefix, readMappings } from "../../src/planning/cidr-mapping.ts"
import { mappings } from "./builders.ts"
import { dotted, groups, moved, numberOf, rangeOf } from "./reference-model.ts"

const same = "10.1.0.0/24 → 10.9.0.0/24"
const wider = "10.1.0.0/24 → 10.8.0.0/22"
const narrower = "10.1.0.0/24 → 10.9.0.128/26"
const six = "fd00:1::/64 → fd00:9::/64"

for (const [title, text, mapping, want] of [
  ["a gateway keeps its place", "10.1.0.1", same, "10.9.0.1"],
  ["a gateway at the end keeps its place", "10.1.0.254", same, "10.9.0.254"],
  ["the first address of a network becomes the other's first", "10.1.0.0", same, "10.9.0.0"],
  ["the last address of a network becomes the other's last", "10.1.0.255", same, "10.9.0.255"],
  ["an address outside of the mapped networks stays", "192.0.2.9", same, "192.0.2.9"],
  ["the neighbour of a mapped network stays", "10.1.1.0", same, "10.1.1.0"],
  ["an address of the destination's range stays", "10.9.0.7", same, "10.9.0.7"],
  ["in a wider network an address counts from the start", "10.1.0.254", wider, "10.8.0.254"],
  ["in a narrower network an address that fits keeps its place", "10.1.0.62", narrower, "10.9.0.190"],
  ["IPv6 keeps its host part", "fd00:1::ab:1", six, "fd00:9::ab:1"],
  ["IPv6 is found in any spelling", "FD00:1:0::0A", six, "fd00:9::a"],
  ["IPv4 is not touched by a mapping of IPv6", "10.1.0.1", six, "10.1.0.1"],
  ["a text that is no address stays as it is", "gateway", same, "gateway"],
] as const) {
  t.test(title, async (t) => {
    t.equal(mapAddress(text, mappings(mapping)), want)
    t.equal(mapAddressOrPrefix(text, mappings(mapping)), want)
  })
}

for (const [title, text, mapping, want] of [
  ["a mapped network becomes its counterpart", "10.1.0.0/24", same, "10.9.0.0/24"],
  ["its counterpart may be wider", "10.1.0.0/24", wider, "10.8.0.0/22"],
  ["its counterpart may be narrower", "10.1.0.0/24", narrower, "10.9.0.128/26"],
  ["a prefix of one host stays a prefix of one host", "10.1.0.7/32", same, "10.9.0.7/32"],
  ["a prefix of one host stays so in a wider network", "10.1.0.7/32", wider, "10.8.0.7/32"],
  ["the lower half of a network keeps its size", "10.1.0.0/25", wider, "10.8.0.0/25"],
  ["the upper half of a network keeps its place", "10.1.0.128/25", same, "10.9.0.128/25"],
  ["a part that fits a narrower network keeps its size", "10.1.0.32/27", narrower, "10.9.0.160/27"],
  ["host bits are kept in the network itself", "10.1.0.5/24", same, "10.9.0.5/24"],
  ["host bits are kept in a part", "10.1.0.77/28", same, "10.9.0.77/28"],
  ["host bits are kept when the network grows", "10.1.0.5/24", wider, "10.8.0.5/22"],
  ["a prefix wider than the mapped network stays", "10.1.0.0/23", same, "10.1.0.0/23"],
  ["all addresses stay all addresses", "0.0.0.0/0", same, "0.0.0.0/0"],
  ["a network elsewhere stays", "192.168.0.0/24", same, "192.168.0.0/24"],
  ["IPv6 networks move as well", "fd00:1::/64", six, "fd00:9::/64"],
  ["parts of IPv6 networks move as well", "fd00:1::ff00/120", six, "fd00:9::ff00/120"],
  ["a text that is no network stays as it is", "10.1.0.0/33", same, "10.1.0.0/33"],
] as const) {
  t.test(title, async (t) => {
    t.equal(mapPrefix(text, mappings(mapping)), want)
    t.equal(mapAddressOrPrefix(text, mappings(mapping)), want)
  })
}

for (const [title, text] of [
  ["an address beyond a narrower network is refused", "10.1.0.64"],
  ["an address that would be a narrower network's broadcast address is refused", "10.1.0.63"],
  ["a host rule beyond a narrower network is refused", "10.1.0.64/32"],
  ["a half of the old network is refused by a network of a quarter of its size", "10.1.0.0/25"],
  ["a part across the narrower network's end is refused", "10.1.0.64/26"],
] as const) {
  t.test(title, async (t) => {
    t.throws(() => mapAddressOrPrefix(text, mappings(narrower)), {
      code: "ADDRESS_DOES_NOT_FIT",
      status: 400,
    })
  })
}

t.test("two mappings may swap ranges", async (t) => {
  const trade = mappings("10.1.0.0/24 → 10.2.0.0/24", "10.2.0.0/24 → 10.1.0.0/24")
  t.equal(mapAddress("10.1.0.5", trade), "10.2.0.5")
  t.equal(mapAddress("10.2.0.5", trade), "10.1.0.5")
})

t.test(
  "of two mapped networks, one inside the other, the narrower one decides, in either order",
  async (t) => {
    const [inner, outer] = ["10.0.1.0/24 → 10.91.0.0/24", "10.0.0.0/16 → 10.90.0.0/16"] as const
    for (const both of [mappings(inner, outer), mappings(outer, inner)]) {
      t.equal(mapPrefix("10.0.1.0/24", both), "10.91.0.0/24")
      t.equal(mapAddress("10.0.1.7", both), "10.91.0.7")
      t.equal(mapAddress("10.0.2.7", both), "10.90.2.7")
    }
  },
)

t.test("a pair consists of two networks of the same IP version", async (t) => {
  const pair = (src_cidr: string, dst_cidr: string) => () => readMappings([{ src_cidr, dst_cidr }])
  t.throws(pair("10.1.0.0/24", "fd00::/64"), { code: "CIDR_MAPPING", status: 400 })
  t.throws(pair("10.1.0.0", "10.2.0.0/24"), { code: "CIDR_MAPPING", status: 400 })
  t.throws(pair("10.1.0.0/24", "10.2.0.0/33"), { code: "CIDR_MAPPING", status: 400 })
  t.strictSame(readMappings([]), [])
})

/** Two ranges of the same IP version and of any lengths, and an address in or near the first. */
const move = fc.constantFrom(4 as const, 6 as const).chain((version) => {
  const [bits, least] = version === 4 ? [32, 20] : [128, 60]
  const write = version === 4 ? dotted : groups
  const top = (1n << BigInt(bits)) - 1n
  const length = fc.integer({ min: least, max: bits })
  const cidr = fc.tuple(fc.bigInt(0n, top), length).map(([value, tail]) => {
    const host = BigInt(bits - tail)
    return `${write((value >> host) << host)}/${tail}`
  })
  return fc.tuple(cidr, cidr, fc.bigInt(0n, 1n << BigInt(bits - least))).map(([src, dst, place]) => {
    const value = rangeOf(src).first + place
    return { src, dst, place, write, address: write(value > top ? top : value) }
  })
})

const outcome = (text: string, src: string, dst: string): bigint | undefined => {
  try {
    return numberOf(mapAddress(text, mappings(`${src} → ${dst}`)))
  } catch {
    return undefined
  }
}

t.test(
  "a mapped address agrees with the reference model, and is refused exactly if it does not fit",
  async () => {
    fc.assert(
      fc.property(move, ({ src, dst, address }) => {
        assert.equal(outcome(address, src, dst), moved(address, src, dst))
      }),
      { numRuns: 1000 },
    )
  },
)

t.test("mapped addresses are in the destination range and keep their order", async () => {
  fc.assert(
    fc.property(move, fc.bigInt(0n, 4096n), ({ src, dst, write }, step) => {
      const [from, to] = [rangeOf(src), rangeOf(dst)]
      const places = [0n, step, step * 2n]
        .map((place) => from.first + place)
        .filter((one) => one <= from.last)
      const there = places.map((value) => outcome(write(value), src, dst)).filter((one) => one !== undefined)
      assert.ok(there.every((value) => value >= to.first && value <= to.last))
      assert.ok(there.every((value, index) => index === 0 || value >= (there[index - 1] ?? value)))
    }),
  )
})

t.test("between networks of equal length, mapping there and back changes nothing", async () => {
  fc.assert(
    fc.property(move, ({ src, dst, place, write }) => {
      const { first, last, length, version } = rangeOf(src)
      const other = `${write(rangeOf(`${dst.split("/")[0]}/${length}`).first)}/${length}`
      const [there, back] = [mappings(`${src} → ${other}`), mappings(`${other} → ${src}`)]
      const value = first + (place % (last - first + 1n))
      assert.equal(mapAddress(mapAddress(write(value), there), back), formatAddress({ version, value }))
      assert.equal(numberOf(mapPrefix(mapPrefix(src, there), back).split("/")[0] ?? ""), first)
    }),
  )
})
