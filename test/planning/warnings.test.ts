import t from "tap"
import { destinationWarnings, planWarnings } from "../../src/planning/warnings.ts"
import { network, port, router, subnet, tenant } from "./builders.ts"

const routes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ destination: `10.${index}.0.0/16`, nexthop: "10.1.0.9" }))

const many = (count: number) => Array.from({ length: count }, (_, index) => router(`r${index}`))

for (const [title, source, quotas, withPorts, want] of [
  ["a small tenant has no warnings", { networks: [network("a")] }, {}, false, []],
  [
    "more DNS servers than stock Neutron accepts",
    { subnets: [subnet("s", { dnsNameservers: ["1", "2", "3", "4", "5", "6"] })] },
    {},
    false,
    [/DNS servers of ".*": 6. Stock Neutron accepts at most 5/],
  ],
  [
    "more static routes than stock Neutron accepts",
    { routers: [router("r", { routes: routes(31) })] },
    {},
    false,
    [/Static routes .* 31. .* 30/],
  ],
  [
    "more address pairs than stock Neutron accepts, if ports are copied",
    {
      ports: [
        port("p", { allowedAddressPairs: Array.from({ length: 11 }, () => ({ ip_address: "10.1.0.9" })) }),
      ],
    },
    { port_count: 50 },
    true,
    [/address pairs .* 11. .* 10/],
  ],
  [
    "a quota of the source that is lower than what the source has",
    { networks: [network("a"), network("b")] },
    { network_count: 1 },
    false,
    [/quota network of the source is 1, but the copy needs 2/],
  ],
  ["an unlimited quota is never too low", { networks: [network("a")] }, { network_count: -1 }, false, []],
  [
    "without a quota of the source, more than the quota of a new project",
    { routers: many(11) },
    {},
    false,
    [/quota router of a new project in stock Neutron is 10, but the copy needs 11/],
  ],
] as const) {
  t.test(`warnings: ${title}`, async (t) => {
    const messages = planWarnings(tenant(source), quotas, withPorts).map(({ message }) => message)
    t.equal(messages.length, want.length, messages.join("; "))
    for (const [index, pattern] of want.entries()) t.match(messages[index], pattern)
  })
}

const calm = { name: "copy", nameTaken: false, inProgress: 0, bounds: [] }
const cores = (min: number | null, max: number | null) => ({
  bounds: [{ type: "cores", min, max }],
})

for (const [title, facts, limits, want] of [
  ["limits within the offering have no warnings", cores(1, 16), { cores: 16 }, []],
  ["an offering without bounds accepts any limit", cores(null, null), { cores: -1 }, []],
  ["0 is no bound, as in Waldur", cores(0, 0), { cores: 5 }, []],
  ["a limit that the copy does not have is not compared", cores(4, 16), { ram: 1 }, []],
  ["more than the offering allows", cores(null, 16), { cores: 17 }, [/cores is 17; .* at most 16/]],
  ["unlimited is more than any bound", cores(1, 16), { cores: -1 }, [/cores is unlimited; .* 16/]],
  ["less than the offering requires", cores(4, null), { cores: 2 }, [/cores is 2; .* at least 4/]],
  ["a name in use", { nameTaken: true }, {}, [/already has a tenant "copy"/]],
  ["a duplicate migration in progress", { inProgress: 1 }, {}, [/in progress/]],
] as const) {
  t.test(`warnings of the destination: ${title}`, async (t) => {
    const messages = destinationWarnings({ ...calm, ...facts }, limits).map(({ message }) => message)
    t.equal(messages.length, want.length, messages.join("; "))
    for (const [index, pattern] of want.entries()) t.match(messages[index], pattern)
  })
}
