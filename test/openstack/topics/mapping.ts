import t from "tap"
import { listResources } from "../../../src/openstack/index.ts"
import { specOf } from "../../helpers/spec-of.ts"
import * as a from "../../planning/builders.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

/** A tenant with addresses of both versions in every attribute that has addresses. */
const source = a.tenant({
  networks: [a.network("net")],
  subnets: [
    a.subnet("four", {
      cidr: "10.1.0.0/24",
      gatewayIp: "10.1.0.30",
      allocationPools: [{ start: "10.1.0.40", end: "10.1.0.60" }],
      dnsNameservers: ["10.1.0.53", "192.0.2.53"],
      hostRoutes: [{ destination: "10.99.0.0/16", nexthop: "10.1.0.33" }],
    }),
    a.subnet("six", {
      cidr: "fd00:1::/64",
      ipVersion: 6,
      gatewayIp: "fd00:1::1",
      enableDhcp: false,
      allocationPools: [{ start: "fd00:1::100", end: "fd00:1::1ff" }],
      dnsNameservers: ["fd00:1::53"],
    }),
  ],
  routers: [
    a.router("r", {
      interfaces: [
        { subnet: "four", ipAddress: "10.1.0.31" },
        { subnet: "six", ipAddress: "fd00:1::1" },
      ],
      routes: [{ destination: "10.97.0.0/16", nexthop: "10.1.0.34" }],
    }),
  ],
  securityGroups: [
    a.group("default", [
      a.rule("host", { remoteIpPrefix: "10.1.0.35/32" }),
      a.rule("range", { remoteIpPrefix: "10.1.0.0/24" }),
      a.rule("wider", { remoteIpPrefix: "10.0.0.0/8" }),
      a.rule("six", { ethertype: "IPv6", remoteIpPrefix: "fd00:1::/64" }),
    ]),
  ],
  ports: [
    a.port("p", {
      fixedIps: [
        { subnet: "four", ipAddress: "10.1.0.50" },
        { subnet: "six", ipAddress: "fd00:1::150" },
      ],
      allowedAddressPairs: [{ ip_address: "10.1.0.36" }, { ip_address: "fd00:1::77" }],
    }),
  ],
})

const six = { src_cidr: "fd00:1::/64", dst_cidr: "fd00:9:0:8::/61" }

t.test("a mapping to a smaller or larger range keeps the position of every address", longTimeout, (t) =>
  withRealWorld(
    cloud,
    async (world) => {
      const tenant = await world.importTenant(specOf(source))
      const ask = (dst_cidr: string) => ({
        mappings: {
          subnets: [{ src_cidr: "10.1.0.0/24", dst_cidr }, six],
          sync_instance_ports: true,
          static_routes: "reachable",
          skip_connection_extnet: true,
        },
      })
      await t.rejects(
        world.replicate(tenant, ask("10.9.0.64/27")),
        /failed with status 400: .*10\.1\.0\.\d+.* does not fit/,
      )

      const { migration, projectId } = await world.replicate(tenant, ask("10.9.0.64/26"))
      const query = { project_id: projectId }
      const subnets = await listResources(world.cloud, "subnets", query)
      t.match(
        subnets.find(({ name }) => name === "four"),
        {
          cidr: "10.9.0.64/26",
          gateway_ip: "10.9.0.94",
          allocation_pools: [{ start: "10.9.0.104", end: "10.9.0.124" }],
          dns_nameservers: ["10.9.0.117", "192.0.2.53"],
          host_routes: [{ destination: "10.99.0.0/16", nexthop: "10.9.0.97" }],
        },
      )
      t.match(
        subnets.find(({ name }) => name === "six"),
        {
          cidr: "fd00:9:0:8::/61",
          gateway_ip: "fd00:9:0:8::1",
          allocation_pools: [{ start: "fd00:9:0:8::100", end: "fd00:9:0:8::1ff" }],
          dns_nameservers: ["fd00:9:0:8::53"],
        },
      )
      const [router] = await listResources(world.cloud, "routers", query)
      t.strictSame(router?.routes, [{ destination: "10.97.0.0/16", nexthop: "10.9.0.98" }])
      const ports = await listResources(world.cloud, "ports", query)
      const addresses = ports.flatMap((port) => port.fixed_ips.map(({ ip_address }) => ip_address))
      t.strictSame(addresses.toSorted(), ["10.9.0.114", "10.9.0.95", "fd00:9:0:8::1", "fd00:9:0:8::150"])
      const pairs = ports.flatMap((port) => port.allowed_address_pairs ?? [])
      t.strictSame(pairs.map(({ ip_address }) => ip_address).toSorted(), ["10.9.0.100", "fd00:9:0:8::77"])
      const rules = await listResources(world.cloud, "security-group-rules", query)
      t.strictSame(rules.map(({ remote_ip_prefix: prefix }) => prefix).toSorted(), [
        "10.0.0.0/8",
        "10.9.0.64/26",
        "10.9.0.99/32",
        "fd00:9:0:8::/61",
      ])
      const { verification } = await world.owner.progress(migration.uuid)
      t.match(verification, { differences: 0 })
    },
    { remapPorts: true },
  ),
)
