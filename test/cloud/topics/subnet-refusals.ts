import { type Refused, refuses, type Tap, withTenant } from "../suite.ts"
import { type Json, none, type Target } from "../wire.ts"

const input = (message: string) => [400, "InvalidInput", `Invalid input for operation: ${message}.`] as const
const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const invalid = (name: string, reason: string) => bad(`Invalid input for ${name}. Reason: ${reason}.`)

export const subnetRefusals = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "refused subnets", async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const fine = { network_id: network.id, ip_version: 4, cidr: "10.5.0.0/24" }
    const post = (values: Json) => tenant.network("POST", "/subnets", { subnet: { ...fine, ...values } })
    const pool = (start: string, end: string) => ({ start, end })
    const rows: readonly (readonly [
      title: string,
      values: Json,
      status: number,
      type: string,
      message: string,
    ])[] = [
      ["no such network", { network_id: none }, 404, "NetworkNotFound", "Network ID could not be found."],
      [
        "no network named",
        { network_id: undefined },
        ...bad("Failed to parse request. Required attribute 'network_id' not specified"),
      ],
      ["an IP version that is not", { ip_version: 5 }, ...invalid("ip_version", "5 is not in valid_values")],
      [
        "no block",
        { cidr: undefined },
        400,
        "BadRequest",
        "Bad subnets request: a subnetpool must be specified in the absence of a cidr.",
      ],
      ["an invalid block", { cidr: "10.1.0.0/40" }, ...input("10.1.0.0/40 is not in a CIDR format")],
      [
        "an IPv6 block as IPv4",
        { cidr: "fd00::/64" },
        ...input("cidr 'fd00::/64' does not match the ip_version '4'"),
      ],
      [
        "a block too small for DHCP",
        { cidr: "10.4.0.0/31" },
        ...input("Subnet has a prefix length that is incompatible with DHCP service enabled"),
      ],
      [
        "a gateway that is the broadcast address",
        { gateway_ip: "10.5.0.255" },
        ...input("Gateway is not valid on subnet"),
      ],
      [
        "a gateway of the other version",
        { gateway_ip: "fd00::1" },
        ...input("gateway_ip 'fd00::1' does not match the ip_version '4'"),
      ],
      [
        "a pool outside the block",
        { allocation_pools: [pool("10.9.0.5", "10.9.0.9")] },
        400,
        "OutOfBoundsAllocationPool",
        "The allocation pool 10.9.0.5-10.9.0.9 spans beyond the subnet cidr 10.5.0.0/24.",
      ],
      [
        "a pool that ends before its start",
        { allocation_pools: [pool("10.5.0.9", "10.5.0.5")] },
        400,
        "InvalidAllocationPool",
        "The allocation pool {'start': '10.5.0.9', 'end': '10.5.0.5'} is not valid.",
      ],
      [
        "pools that overlap",
        { allocation_pools: [pool("10.5.0.5", "10.5.0.9"), pool("10.5.0.8", "10.5.0.12")] },
        409,
        "OverlappingAllocationPools",
        "Found overlapping allocation pools: 10.5.0.5-10.5.0.9 10.5.0.8-10.5.0.12 for subnet 10.5.0.0/24.",
      ],
      [
        "the gateway in a pool",
        { gateway_ip: "10.5.0.5", allocation_pools: [pool("10.5.0.5", "10.5.0.9")] },
        409,
        "GatewayConflictWithAllocationPools",
        "Gateway ip 10.5.0.5 conflicts with allocation pool 10.5.0.5-10.5.0.9.",
      ],
      [
        "six DNS servers",
        { dns_nameservers: [1, 2, 3, 4, 5, 6].map((n) => `192.0.2.${n}`) },
        400,
        "DNSNameServersExhausted",
        "Unable to complete operation for new subnet. The number of DNS nameservers exceeds the limit 5.",
      ],
      [
        "a DNS server twice",
        { dns_nameservers: ["1.1.1.1", "1.1.1.1"] },
        ...invalid("dns_nameservers", "Duplicate nameserver '1.1.1.1'"),
      ],
      [
        "a host route to nowhere",
        { host_routes: [{ destination: "x", nexthop: "y" }] },
        ...invalid("host_routes", "'x' is not a valid CIDR"),
      ],
      [
        "a host route with host bits",
        { host_routes: [{ destination: "10.9.0.5/16", nexthop: "10.5.0.5" }] },
        ...invalid("host_routes", "'10.9.0.5/16' is not a recognized CIDR, '10.9.0.0/16' is recommended"),
      ],
      [
        "21 host routes",
        {
          host_routes: Array.from({ length: 21 }, (_, n) => ({
            destination: `10.${n}.0.0/16`,
            nexthop: "10.5.0.5",
          })),
        },
        400,
        "HostRoutesExhausted",
        "Unable to complete operation for new subnet. The number of host routes exceeds the limit 20.",
      ],
      [
        "IPv6 modes on IPv4",
        { ipv6_ra_mode: "slaac" },
        ...input("ipv6_ra_mode is not valid when ip_version is 4"),
      ],
      [
        "a subnet on the external network",
        { network_id: target.externalNetworkId },
        403,
        "HTTPForbidden",
        "Tenant PROJECT not allowed to create subnet on this network",
      ],
    ]
    await refuses(
      t,
      rows.map(([title, values, ...rest]): Refused => [title, () => post(values), ...rest]),
    )
  })
