import { refuses, type Tap, withTenant } from "../suite.ts"
import { createTenant } from "../tenant.ts"
import { idOf, type Json, none, type Target } from "../wire.ts"

const input = (message: string) => [400, "InvalidInput", `Invalid input for operation: ${message}.`] as const
const bad = (message: string) => [400, "HTTPBadRequest", message] as const

export const subnets = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "subnets", async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const first = { network_id: network.id, ip_version: 4, cidr: "10.4.0.0/24" }
    const post = (values: Json) =>
      tenant.network("POST", "/subnets", { subnet: { ...first, cidr: "10.5.0.0/24", ...values } })
    /** Creates a subnet and deletes it, so that the next one may overlap. */
    const seen = async (values: Json) => {
      const row = await tenant.make("subnets", { ...first, ...values })
      await tenant.network("DELETE", `/subnets/${row.id}`)
      return row
    }

    for (const [title, values, wanted] of [
      [
        "the first address is the gateway",
        {},
        {
          gateway_ip: "10.4.0.1",
          allocation_pools: [{ start: "10.4.0.2", end: "10.4.0.254" }],
          enable_dhcp: true,
          dns_nameservers: [],
          host_routes: [],
          service_types: [],
          subnetpool_id: null,
          ipv6_ra_mode: null,
        },
      ],
      ["host bits of the block are dropped", { cidr: "10.4.0.7/24" }, { cidr: "10.4.0.0/24" }],
      [
        "without a gateway the first address is in the pool",
        { gateway_ip: null },
        { gateway_ip: null, allocation_pools: [{ start: "10.4.0.1", end: "10.4.0.254" }] },
      ],
      [
        "a gateway outside the block is accepted",
        { gateway_ip: "10.9.0.1" },
        { gateway_ip: "10.9.0.1", allocation_pools: [{ start: "10.4.0.1", end: "10.4.0.254" }] },
      ],
      [
        "an empty list of pools means the default",
        { allocation_pools: [] },
        { allocation_pools: [{ start: "10.4.0.2", end: "10.4.0.254" }] },
      ],
      [
        "DNS servers keep their order",
        { dns_nameservers: ["9.9.9.9", "1.1.1.1"] },
        { dns_nameservers: ["9.9.9.9", "1.1.1.1"] },
      ],
      [
        "host routes are returned in the database's order",
        {
          host_routes: [
            { destination: "10.9.0.0/16", nexthop: "10.4.0.9" },
            { destination: "10.10.0.0/16", nexthop: "10.4.0.8" },
          ],
        },
        {
          host_routes: [
            { destination: "10.10.0.0/16", nexthop: "10.4.0.8" },
            { destination: "10.9.0.0/16", nexthop: "10.4.0.9" },
          ],
        },
      ],
      [
        "an IPv6 gateway is the block's own address",
        { ip_version: 6, cidr: "fd00:1::/64" },
        {
          gateway_ip: "fd00:1::",
          allocation_pools: [{ start: "fd00:1::1", end: "fd00:1::ffff:ffff:ffff:ffff" }],
        },
      ],
      [
        "IPv6 addresses are written short",
        {
          ip_version: 6,
          cidr: "FD00:0::/64",
          gateway_ip: null,
          allocation_pools: [{ start: "fd00::0a", end: "fd00::ff" }],
        },
        { cidr: "fd00::/64", allocation_pools: [{ start: "fd00::a", end: "fd00::ff" }] },
      ],
      [
        "IPv6 modes are kept",
        { ip_version: 6, cidr: "fd00::/64", ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" },
        { ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" },
      ],
    ] as const)
      await t.test(title, async (t) => t.match(await seen(values), wanted))

    await t.test("a gateway inside splits the pool, and pools have no order", async (t) => {
      const row = await seen({ gateway_ip: "10.4.0.99" })
      const pools = [row.allocation_pools].flat().map((pool) => JSON.stringify(pool))
      t.same(pools.sort(), [
        '{"start":"10.4.0.1","end":"10.4.0.98"}',
        '{"start":"10.4.0.100","end":"10.4.0.254"}',
      ])
    })

    const pool = (start: string, end: string) => ({ start, end })
    const row = await tenant.make("subnets", { ...first, allocation_pools: [pool("10.4.0.10", "10.4.0.20")] })
    const put = (values: Json) => tenant.network("PUT", `/subnets/${row.id}`, { subnet: values })
    await t.test("subnets of a network do not overlap, not even those of one request", async (t) => {
      const overlap = (cidr: string) =>
        input(`Requested subnet with cidr: ${cidr} for network: ID overlaps with another subnet`)
      const bulk = ["10.61.0.0/24", "10.61.0.128/25"].map((cidr) => ({ ...first, cidr }))
      await refuses(t, [
        ["one that overlaps", () => post({ cidr: "10.4.0.128/25" }), ...overlap("10.4.0.128/25")],
        [
          "two that overlap each other",
          () => tenant.network("POST", "/subnets", { subnets: bulk }),
          ...overlap("10.61.0.128/25"),
        ],
      ])
      t.same((await tenant.list("subnets")).map(idOf), [row.id])
    })
    await t.test("an update is checked by the same rules", async (t) => {
      t.match((await put({ gateway_ip: null, dns_nameservers: ["1.1.1.1"], host_routes: [] })).body, {
        subnet: { gateway_ip: null, dns_nameservers: ["1.1.1.1"] },
      })
      t.match((await put({ gateway_ip: "10.4.0.2", name: "s" })).body, {
        subnet: { gateway_ip: "10.4.0.2", name: "s" },
      })
      await refuses(t, [
        [
          "a change of the block",
          () => put({ cidr: "10.6.0.0/24" }),
          ...bad("Cannot update read-only attribute cidr"),
        ],
        [
          "a gateway in the pool",
          () => put({ gateway_ip: "10.4.0.15" }),
          409,
          "GatewayConflictWithAllocationPools",
          "Gateway ip 10.4.0.15 conflicts with allocation pool 10.4.0.10-10.4.0.20.",
        ],
      ])
    })
    await t.test("another project cannot create a subnet on the network", async (t) => {
      const other = await createTenant(target)
      try {
        await refuses(t, [
          [
            "a subnet there",
            () => other.network("POST", "/subnets", { subnet: { ...first, cidr: "10.8.0.0/24" } }),
            404,
            "NetworkNotFound",
            "Network ID could not be found.",
          ],
          [
            "a port there",
            () => other.network("POST", "/ports", { port: { network_id: network.id } }),
            404,
            "NetworkNotFound",
            "Network ID could not be found.",
          ],
        ])
      } finally {
        await other.remove()
      }
    })
    await t.test("a subnet with addresses in use cannot be deleted", async (t) => {
      await tenant.make("ports", { network_id: network.id })
      await refuses(t, [
        [
          "removing it",
          () => tenant.network("DELETE", `/subnets/${row.id}`),
          409,
          "SubnetInUse",
          "Unable to complete operation on subnet ID: One or more ports have an IP allocation from this subnet.",
        ],
        [
          "deleting a subnet that does not exist",
          () => tenant.network("DELETE", `/subnets/${none}`),
          404,
          "SubnetNotFound",
          "Subnet ID could not be found.",
        ],
      ])
    })
  })
