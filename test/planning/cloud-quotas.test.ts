import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { cloudQuotas, neededNetworkQuota, quotasToSet } from "../../src/planning/cloud-quotas.ts"
import { group, network, port, router, rule, subnet, tenant } from "./builders.ts"

const valuesOf = (service: string, quotas: Readonly<Record<string, number>>) =>
  cloudQuotas(quotas, {}).find((one) => one.service === service)?.values

for (const [title, service, quotas, want] of [
  [
    "vcpu becomes Nova's cores",
    "compute",
    { vcpu: 4, ram: 1024, instances: 3 },
    { instances: 3, cores: 4, ram: 1024 },
  ],
  [
    "counts lose their suffix in Neutron",
    "network",
    { network_count: 1, subnet_count: 2, port_count: 3, floating_ip_count: 4 },
    { network: 1, subnet: 2, port: 3, floatingip: 4 },
  ],
  [
    "counts of groups and rules become Neutron's quotas",
    "network",
    { security_group_count: 5, security_group_rule_count: 6 },
    { security_group: 5, security_group_rule: 6 },
  ],
  ["storage in MiB is Cinder's gigabytes", "volume", { storage: 2048 }, { gigabytes: 2 }],
  ["part of a gigabyte is a whole one", "volume", { storage: 2049 }, { gigabytes: 3 }],
  [
    "limits of volume types become Cinder's unchanged",
    "volume",
    { gigabytes_ssd: 7, volumes: 1, snapshots: 2 },
    { gigabytes_ssd: 7, volumes: 1, snapshots: 2 },
  ],
  [
    "0 never becomes unlimited: volumes",
    "volume",
    { storage: 0, gigabytes_ssd: 0, volumes: 0 },
    { volumes: 0, gigabytes: 0, gigabytes_ssd: 0 },
  ],
  [
    "0 never becomes unlimited: computing",
    "compute",
    { vcpu: 0, ram: 0, instances: 0 },
    { instances: 0, cores: 0, ram: 0 },
  ],
  ["0 never becomes unlimited: networks", "network", { network_count: 0 }, { network: 0 }],
  ["unlimited storage stays unlimited", "volume", { storage: -1 }, { gigabytes: -1 }],
  ["unlimited counts stay unlimited", "network", { port_count: -1 }, { port: -1 }],
  ["a quota without a value is not set", "volume", {}, {}],
] as const) {
  t.test(title, async (t) => t.same(valuesOf(service, quotas), want))
}

for (const [title, own, need, actual, want] of [
  ["a quota below the need is raised to it", 3, 5, 100, 5],
  ["a quota above the need stays", 30, 5, 100, 30],
  ["an unlimited quota stays", -1, 5, 100, -1],
  ["0 is raised to what the plan needs, not to unlimited", 0, 5, 100, 5],
  ["0 stays 0 where nothing is needed", 0, 0, 100, 0],
  ["without a quota of the source, a sufficient default stays", undefined, 100, 100, undefined],
  [
    "without a quota of the source, a low default is raised to the need and a fifth",
    undefined,
    101,
    100,
    122,
  ],
  ["without a quota of the source, an unlimited default stays", undefined, 101, -1, undefined],
  ["a quota that neither source nor service has is not set", undefined, 101, undefined, undefined],
] as const) {
  t.test(title, async (t) => {
    const values: Record<string, number> = own === undefined ? {} : { port: own }
    const set = quotasToSet({ values, needed: { port: need } }, actual === undefined ? {} : { port: actual })
    t.equal(set.port, want)
  })
}

t.test("every quota that is set is unlimited or covers what the plan needs", async () => {
  const amount = fc.integer({ min: -1, max: 300 })
  const name = fc.constantFrom("network", "subnet", "port", "router")
  fc.assert(
    fc.property(
      fc.dictionary(name, amount),
      fc.dictionary(name, fc.nat(300)),
      fc.dictionary(name, amount),
      (values, needed, actual) => {
        const held = { ...actual, ...quotasToSet({ values, needed }, actual) }
        for (const [key, need] of Object.entries(needed)) {
          const value = held[key]
          assert.ok(value === undefined || value === -1 || value >= need, key)
        }
        for (const [key, value] of Object.entries(values)) {
          assert.equal(held[key], value < 0 ? value : Math.max(value, needed[key] ?? 0))
        }
      },
    ),
  )
})

const source = tenant({
  networks: [network("net"), network("other")],
  subnets: [
    subnet("a"),
    subnet("b", { cidr: "10.1.1.0/24" }),
    subnet("c", { network: "other", enableDhcp: false }),
  ],
  routers: [router("r", { interfaces: [{ subnet: "a", ipAddress: "10.1.0.1" }] })],
  securityGroups: [group("default", [rule("1"), rule("2")]), group("web", [rule("3")])],
  ports: [port("p"), port("q")],
})

for (const [title, withPorts, want] of [
  ["interfaces and a network's DHCP port count as ports", false, { port: 2 }],
  ["ports count if they are copied", true, { port: 4 }],
  [
    "networks, subnets, routers and groups count once",
    false,
    { network: 2, subnet: 3, router: 1, security_group: 2 },
  ],
  ["default rules of groups count until they are deleted", false, { security_group_rule: 3 + 2 * 2 + 4 }],
] as const) {
  t.test(title, async (t) => t.match(neededNetworkQuota(source, withPorts), want))
}

t.test("an empty tenant needs room for the default group", async (t) => {
  t.match(neededNetworkQuota(tenant(), true), { security_group: 1, security_group_rule: 4, port: 0 })
})
