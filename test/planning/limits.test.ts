import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { planLimits, tenantQuotas } from "../../src/planning/limits.ts"

for (const [title, source, mappings, types, limits, lost] of [
  [
    "limits without a type are kept",
    { cores: 4, ram: 1024, storage: 2048 },
    [],
    [],
    { cores: 4, ram: 1024, storage: 2048 },
    [],
  ],
  [
    "a mapped type takes its new name",
    { gigabytes_ssd: 5 },
    ["ssd>fast"],
    ["fast"],
    { gigabytes_fast: 5 },
    [],
  ],
  [
    "limits of types mapped to the same type are added up",
    { gigabytes_a: 5, gigabytes_b: 7 },
    ["a>c", "b>c"],
    ["c"],
    { gigabytes_c: 12 },
    [],
  ],
  [
    "a mapped type is added to the type that already has the name",
    { gigabytes_a: 5, gigabytes_b: 7 },
    ["a>b"],
    ["a", "b"],
    { gigabytes_b: 12 },
    [],
  ],
  [
    "two types may swap their names",
    { gigabytes_a: 5, gigabytes_b: 7 },
    ["a>b", "b>a"],
    ["a", "b"],
    { gigabytes_a: 7, gigabytes_b: 5 },
    [],
  ],
  [
    "an unmapped type keeps its name if the destination has it",
    { gigabytes_ssd: 5 },
    ["hdd>ssd"],
    ["ssd"],
    { gigabytes_ssd: 5 },
    [],
  ],
  [
    "an unmapped type that the destination lacks is reported",
    { gigabytes_ssd: 5 },
    [],
    ["hdd"],
    {},
    ["gigabytes_ssd=5"],
  ],
  [
    "a type mapped to one that the destination lacks is reported",
    { gigabytes_ssd: 5 },
    ["ssd>gone"],
    ["ssd"],
    {},
    ["gigabytes_ssd=5"],
  ],
  ["null is no limit", { cores: null, gigabytes_ssd: null }, [], [], {}, []],
  ["0 stays 0", { cores: 0, gigabytes_ssd: 0 }, [], ["ssd"], { cores: 0, gigabytes_ssd: 0 }, []],
  [
    "unlimited stays unlimited in a sum",
    { gigabytes_a: -1, gigabytes_b: 7 },
    ["a>c", "b>c"],
    ["c"],
    { gigabytes_c: -1 },
    [],
  ],
  [
    "unlimited is unlimited in whatever order it is added",
    { gigabytes_a: 7, gigabytes_b: -1 },
    ["a>c", "b>c"],
    ["c"],
    { gigabytes_c: -1 },
    [],
  ],
  ["limits of unknown meaning are kept", { floating_ips: 3 }, [], [], { floating_ips: 3 }, []],
] as const) {
  t.test(title, async (t) => {
    const pairs = mappings.map((pair) => pair.split(">")).map(([src = "", dst = ""]) => ({ src, dst }))
    const plan = planLimits(source, pairs, types)
    t.strictSame(plan.limits, limits)
    t.strictSame(
      plan.omitted.map(({ name, value }) => `${name}=${value}`),
      lost,
    )
  })
}

t.test("the reason of an omitted limit names the missing volume type", async (t) => {
  t.match(planLimits({ gigabytes_ssd: 5 }, [{ src: "ssd", dst: "gone" }], []).omitted, [{ reason: /"gone"/ }])
})

const names = ["a", "b", "c", "d"]
const typed = fc.dictionary(fc.constantFrom(...names), fc.integer({ min: -1, max: 1000 }))
const pairs = fc.uniqueArray(fc.record({ src: fc.constantFrom(...names), dst: fc.constantFrom(...names) }), {
  selector: ({ src }) => src,
})

t.test("mapping volume types loses no gigabyte, and unlimited never becomes a number", async () => {
  fc.assert(
    fc.property(typed, pairs, fc.subarray(names), (source, mappings, types) => {
      const limits = Object.fromEntries(
        Object.entries(source).map(([name, value]) => [`gigabytes_${name}`, value]),
      )
      const plan = planLimits(limits, mappings, types)
      const there = (type: string) => mappings.find(({ src }) => src === type)?.dst ?? type
      for (const type of names) {
        const parts = Object.entries(source).filter(([name]) => there(name) === type)
        const sum = parts.some(([, value]) => value < 0)
          ? -1
          : parts.reduce((all, [, value]) => all + value, 0)
        const want = parts.length > 0 && types.includes(type) ? sum : undefined
        assert.equal(plan.limits[`gigabytes_${type}`], want)
      }
      const told = plan.omitted.map(({ name }) => name)
      assert.deepEqual(
        told,
        Object.keys(source)
          .filter((name) => !types.includes(there(name)))
          .map((name) => `gigabytes_${name}`),
      )
    }),
  )
})

for (const [title, limits, source, types, want] of [
  ["cores are called vcpu", { cores: 4, ram: 8, storage: 16 }, {}, ["ssd"], { vcpu: 4, ram: 8, storage: 16 }],
  [
    "storage is the sum of the types, in MiB",
    { gigabytes_a: 2, gigabytes_b: 3 },
    {},
    ["a", "b"],
    { gigabytes_a: 2, gigabytes_b: 3, storage: 5120 },
  ],
  [
    "a volume type without a limit is 0",
    { gigabytes_a: 2 },
    {},
    ["a", "b"],
    { gigabytes_a: 2, gigabytes_b: 0, storage: 2048 },
  ],
  [
    "a volume type that is unlimited at the source stays unlimited, and the sum stays a limit",
    { gigabytes_a: 2 },
    { gigabytes_default: -1, gigabytes_a: -1, gigabytes_b: 7, gigabytes_gone: -1, gigabytes_c: -1 },
    ["a", "b", "c", "__DEFAULT__"],
    { gigabytes_a: 2, gigabytes_b: 0, gigabytes_c: -1, gigabytes___DEFAULT__: -1, storage: 2048 },
  ],
  [
    "one unlimited type makes all storage unlimited",
    { gigabytes_a: -1, gigabytes_b: 3 },
    {},
    ["a", "b"],
    { gigabytes_a: -1, gigabytes_b: 3, storage: -1 },
  ],
  ["no volume type is limited if no limit names one", { storage: 2048 }, {}, ["a"], { storage: 2048 }],
  [
    "counts are copied from the source tenant",
    {},
    { instances: 3, volumes: 4, snapshots: 5 },
    [],
    { instances: 3, volumes: 4, snapshots: 5 },
  ],
  [
    "counts of network objects are copied from the source tenant",
    {},
    { network_count: 9, port_count: -1, security_group_count: 0 },
    [],
    { security_group_count: 0, network_count: 9, port_count: -1 },
  ],
  [
    "amounts come from the limits and not from the source tenant",
    { cores: 4 },
    { vcpu: 99, ram: 99, gigabytes_x: 9 },
    [],
    { vcpu: 4 },
  ],
  ["a quota without a value stays unset", {}, {}, [], {}],
  ["quotas are whole numbers", { cores: 1.6 }, { volumes: 2.2 }, [], { vcpu: 2, volumes: 2 }],
] as const) {
  t.test(title, async (t) =>
    t.strictSame(
      tenantQuotas(limits, {
        source,
        destinationTypes: types,
        mappings: [{ src: "default", dst: "__DEFAULT__" }],
      }),
      want,
    ),
  )
}
