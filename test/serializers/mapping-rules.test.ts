import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { readMappings } from "../../src/planning/cidr-mapping.ts"
import { checkSubnetMappings, type SourceSubnet } from "../../src/serializers/mapping-rules.ts"
import { mappedTenants } from "../planning/arbitrary-mapping.ts"
import { mappings } from "../planning/builders.ts"

/** Subnets by network. */
const subnetsIn = (...networks: readonly (readonly string[])[]): readonly SourceSubnet[] =>
  networks.flatMap((cidrs, networkId) => cidrs.map((cidr) => ({ networkId, cidr, name: `subnet ${cidr}` })))

/** Returns the error that a call throws. */
const errorOf = (run: () => void): unknown => {
  try {
    return run()
  } catch (error) {
    return error
  }
}

const two = subnetsIn(["10.1.0.0/24", "10.2.0.0/24"], ["10.3.0.0/24"])

for (const [title, maps, subnets] of [
  ["no mapping is valid", [], two],
  ["a subnet may move to a free range", ["10.1.0.0/24 → 10.9.0.0/24"], two],
  ["a subnet may grow and shrink", ["10.1.0.0/24 → 10.8.0.0/16", "10.3.0.0/24 → 10.9.0.0/28"], two],
  [
    "two subnets of one network may swap their ranges",
    ["10.1.0.0/24 → 10.2.0.0/24", "10.2.0.0/24 → 10.1.0.0/24"],
    two,
  ],
  ["subnets of two networks may overlap, as in Neutron", ["10.1.0.0/24 → 10.3.0.0/24"], two],
  [
    "two subnets of two networks may go to one range, as in Neutron",
    ["10.1.0.0/24 → 10.9.0.0/24", "10.3.0.0/24 → 10.9.0.0/24"],
    two,
  ],
  ["a subnet may stay where it is", ["10.1.0.0/24 → 10.1.0.0/24"], two],
  [
    "equal subnets of two networks move together",
    ["10.1.0.0/24 → 10.9.0.0/24"],
    subnetsIn(["10.1.0.0/24"], ["10.1.0.0/24"]),
  ],
  ["IPv6 moves as well", ["fd00::/64 → fd09::/64"], subnetsIn(["fd00::/64"])],
] as const) {
  t.test(title, async (t) => t.doesNotThrow(() => checkSubnetMappings(mappings(...maps), subnets)))
}

for (const [title, maps, reason] of [
  [
    "a source that no subnet has is refused",
    ["10.7.0.0/24 → 10.9.0.0/24"],
    /No subnet .* has the CIDR 10\.7\.0\.0\/24/,
  ],
  [
    "a part of a subnet is not the subnet",
    ["10.1.0.0/25 → 10.9.0.0/25"],
    /No subnet .* has the CIDR 10\.1\.0\.0\/25/,
  ],
  [
    "a subnet is mapped once",
    ["10.1.0.0/24 → 10.8.0.0/24", "10.1.0.0/24 → 10.9.0.0/24"],
    /mapped more than once/,
  ],
  [
    "two subnets of one network never go to one range",
    ["10.1.0.0/24 → 10.9.0.0/24", "10.2.0.0/24 → 10.9.0.0/24"],
    /of one network overlap/,
  ],
  [
    "two subnets of one network never go to ranges that overlap",
    ["10.1.0.0/24 → 10.9.0.0/16", "10.2.0.0/24 → 10.9.4.0/24"],
    /of one network overlap/,
  ],
  [
    "a subnet never goes onto a neighbour in its network",
    ["10.1.0.0/24 → 10.2.0.0/24"],
    /of one network overlap/,
  ],
  [
    "a subnet never grows over a neighbour in its network",
    ["10.1.0.0/24 → 10.0.0.0/14"],
    /of one network overlap/,
  ],
] as const) {
  t.test(`${title}, with a readable reason`, async (t) => {
    t.match(
      errorOf(() => checkSubnetMappings(mappings(...maps), two)),
      {
        status: 400,
        body: { non_field_errors: [reason] },
      },
    )
  })
}

t.test("a network that is not copied cannot overlap", async (t) => {
  const onto = mappings("10.1.0.0/24 → 10.2.0.0/24")
  t.doesNotThrow(() => checkSubnetMappings(onto, two, [1]))
  t.throws(() => checkSubnetMappings(onto, two, [0]))
})

t.test("a mapping to another IP version is refused", async (t) => {
  const [four] = mappings("10.1.0.0/24 → 10.9.0.0/24")
  const [six] = mappings("fd00::/64 → fd01::/64")
  if (four === undefined || six === undefined) throw new Error("no mapping")
  t.match(
    errorOf(() => checkSubnetMappings([{ src: four.src, dst: six.dst }], two)),
    {
      body: { non_field_errors: [/different IP versions/] },
    },
  )
})

t.test("every mapping that fits a tenant is accepted", async () => {
  fc.assert(
    fc.property(mappedTenants(), ({ source, subnets }) => {
      const found = source.subnets.map(({ network, cidr, name }) => ({
        networkId: source.networks.findIndex(({ key }) => key === network),
        cidr,
        name,
      }))
      assert.doesNotThrow(() => checkSubnetMappings(readMappings(subnets), found))
    }),
  )
})
