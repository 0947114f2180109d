import assert from "node:assert/strict"
import { isIP } from "node:net"
import fc from "fast-check"
import t from "tap"
import {
  contains,
  containsPrefix,
  formatAddress,
  formatPrefix,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
  sameAddress,
  samePrefix,
} from "../../src/planning/addresses.ts"
import { dotted, groups, numberOf, rangeOf } from "./reference-model.ts"

const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Error(`${text} is no prefix`)
  return parsed
}

for (const [title, text, version, value] of [
  ["the lowest IPv4 address is 0", "0.0.0.0", 4, 0n],
  ["the highest IPv4 address has 32 bits", "255.255.255.255", 4, 2n ** 32n - 1n],
  ["an IPv4 address counts from its last part", "10.0.0.9", 4, 10n * 2n ** 24n + 9n],
  ["the lowest IPv6 address is 0", "::", 6, 0n],
  ["IPv6 may be written in capitals", "FD00::A", 6, 0xfdn * 2n ** 120n + 10n],
  ["the highest IPv6 address has 128 bits", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6, 2n ** 128n - 1n],
  ["IPv6 may end in dotted quads", "::1.2.3.4", 6, 0x01020304n],
] as const) {
  t.test(title, async (t) => t.strictSame(parseAddress(text), { version, value }))
}

for (const [title, ...texts] of [
  [
    "parts of an IPv4 address have no leading zeros, which some programs read as octal",
    "010.0.0.1",
    "1.2.3.04",
  ],
  ["an IPv4 address has four parts", "1.2.3", "1.2.3.4.5", "16909060", "1.2.3.", ".1.2.3"],
  ["a part of an IPv4 address is at most 255", "1.2.3.256", "1.2.3.999", "1.2.3.1000"],
  ["signs, hexadecimals and other digits are no addresses", "-1.2.3.4", "0x1.2.3.4", "١.2.3.4"],
  ["an address with a prefix length is no address", "10.0.0.1/32", "fd00::1/128"],
  ["an address with a zone is no address", "fe80::1%eth0", "fe80::1%1", "::%"],
  ["blanks are not ignored", "", " ", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1\n", "fd00::1 ", "\tfd00::1"],
  ["ports and brackets are no part of an address", "10.0.0.1:80", "[fd00::1]"],
  ["an IPv6 address has at most one gap", "fd00::1::2", ":::", "::1::"],
  ["an IPv6 address has eight groups of four digits", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "fd00::12345"],
] as const) {
  t.test(title, async (t) => {
    for (const text of texts) t.equal(parseAddress(text), undefined, JSON.stringify(text))
  })
}

t.test("an address is valid exactly if Node's isIP accepts it and it has no zone", async () => {
  const pieces = fc.constantFrom(
    "0",
    "1",
    "255",
    "256",
    "01",
    ".",
    ":",
    "::",
    "fd00",
    "g",
    "%",
    "/",
    " ",
    "ffff",
  )
  const near = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(pieces, { maxLength: 12 }).map((list) => list.join("")),
  )
  fc.assert(
    fc.property(
      near,
      (text) => (parseAddress(text) !== undefined) === (isIP(text) > 0 && !text.includes("%")),
    ),
    { numRuns: 2000 },
  )
})

t.test("reading agrees with the reference model, and writing returns what was read", async () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 32n - 1n), (value) => {
      assert.deepEqual(parseAddress(dotted(value)), { version: 4, value })
      assert.equal(formatAddress({ version: 4, value }), dotted(value))
    }),
  )
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
      assert.deepEqual(parseAddress(groups(value)), { version: 6, value })
      const written = formatAddress({ version: 6, value })
      assert.equal(numberOf(written), value)
      assert.doesNotMatch(written, /[A-Z]|(^|:)0[0-9a-f]/)
    }),
  )
})

for (const [title, value, want] of [
  ["the longest run of zeros is compressed", "1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["of two equal runs the first is compressed", "1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
  ["a single zero is written", "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["a network's own address ends in a gap", "fd00:1:0:0:0:0:0:0", "fd00:1::"],
] as const) {
  t.test(`in IPv6 ${title}`, async (t) =>
    t.equal(formatAddress({ version: 6, value: numberOf(value) }), want),
  )
}

for (const [title, text, want] of [
  ["a prefix has an address and a length", "10.0.0.0/24", "10.0.0.0/24"],
  ["host bits are kept", "10.0.0.9/24", "10.0.0.9/24"],
  ["all addresses have length 0", "0.0.0.0/0", "0.0.0.0/0"],
  ["one IPv4 address has length 32", "10.0.0.9/32", "10.0.0.9/32"],
  ["IPv6 goes to 128", "fd00:0::1/128", "fd00::1/128"],
] as const) {
  t.test(title, async (t) => t.equal(formatPrefix(prefix(text)), want))
}

t.test("a prefix without a length, with two lengths, or with too long a length is not valid", async (t) => {
  for (const text of [
    ...["10.0.0.0", "fd00::", "10.0.0.0/", "/24", "10.0.0.0/24/24", "1.2.3.4/33", "fd00::/129"],
    ...[
      "10.0.0.0/-1",
      "10.0.0.0/ 24",
      "10.0.0.0/24 ",
      "10.0.0.0/2.4",
      "10.0.0.0/255.255.255.0",
      "fe80::%1/64",
    ],
    ...["010.0.0.0/24", "1.2.3/24", "", "x/24"],
  ]) {
    t.equal(parsePrefix(text), undefined, JSON.stringify(text))
  }
})

for (const [title, outer, address, want] of [
  ["the first address is in its network", "10.0.0.0/24", "10.0.0.0", true],
  ["the last address is in its network", "10.0.0.0/24", "10.0.0.255", true],
  ["the next address is not", "10.0.0.0/24", "10.0.1.0", false],
  ["the address before is not", "10.0.1.0/24", "10.0.0.255", false],
  ["host bits do not move a network", "10.0.0.200/24", "10.0.0.1", true],
  ["no IPv4 address is in an IPv6 network", "::/0", "10.0.0.1", false],
  ["no IPv6 address is in an IPv4 network", "0.0.0.0/0", "::1", false],
] as const) {
  t.test(title, async (t) => {
    const parsed = parseAddress(address)
    t.equal(parsed !== undefined && contains(prefix(outer), parsed), want)
  })
}

const cidr4 = fc
  .tuple(fc.integer({ min: 0, max: 1023 }), fc.integer({ min: 20, max: 32 }))
  .map(([value, length]) => `10.0.${value >> 8}.${value & 255}/${length}`)
const cidr6 = fc
  .tuple(fc.nat(1023), fc.integer({ min: 118, max: 128 }))
  .map(([value, length]) => `fd00::${value.toString(16)}/${length}`)
const cidr = fc.oneof(cidr4, cidr6)

t.test("networks contain each other, overlap and are equal exactly as their ranges do", async () => {
  fc.assert(
    fc.property(cidr, cidr, (one, two) => {
      const [a, b] = [rangeOf(one), rangeOf(two)]
      const alike = a.version === b.version
      const [p, q] = [prefix(one), prefix(two)]
      assert.equal(containsPrefix(p, q), alike && a.first <= b.first && b.last <= a.last)
      assert.equal(overlaps(p, q), alike && a.first <= b.last && b.first <= a.last)
      assert.equal(samePrefix(p, q), alike && a.first === b.first && a.last === b.last)
    }),
    { numRuns: 500 },
  )
})

for (const [title, a, b, want] of [
  ["spellings of the same IPv6 address are the same", "fd00::1", "FD00:0::0:1", true],
  ["different addresses are not the same", "10.0.0.1", "10.0.0.2", false],
  ["equal numbers of two IP versions are not the same", "0.0.0.1", "::1", false],
  ["texts that are no addresses are the same if they are equal", "nowhere", "nowhere", true],
  ["a text is never the same as an address", "010.0.0.1", "10.0.0.1", false],
] as const) {
  t.test(title, async (t) => t.equal(sameAddress(a, b), want))
}
