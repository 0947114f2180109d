import { type Refused, refuses, type Tap, withTenant } from "../suite.ts"
import { type Json, made, none, record, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const taken = (ip: string) =>
  [409, "IpAddressAlreadyAllocated", `IP address ${ip} already allocated in subnet ID`] as const
const nowhere = (ip: string) =>
  [
    400,
    "InvalidIpForNetwork",
    `IP address ${ip} is not a valid IP for any of the subnets on the specified network.`,
  ] as const

const ips = (port: Json): string[] => [port.fixed_ips].flat().map((one) => String(record(one).ip_address))

export const addresses = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "addresses", async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const pool = { start: "10.1.0.100", end: "10.1.0.200" }
    const block = { network_id: network.id, ip_version: 4, cidr: "10.1.0.0/24", allocation_pools: [pool] }
    const subnet = await tenant.make("subnets", block)
    const elsewhere = await tenant.make("networks", { name: "m" })
    const tiny = await tenant.make("subnets", {
      network_id: elsewhere.id,
      ip_version: 4,
      cidr: "10.7.0.0/30",
    })
    await t.test("a list is filtered by an address of a subnet", async (t) => {
      const others = await tenant.make("networks", { name: "others" })
      const [near, far] = await Promise.all(
        ["10.8.0.0/24", "10.8.1.0/24"].map((cidr) =>
          tenant.make("subnets", { network_id: others.id, ip_version: 4, cidr }),
        ),
      )
      for (const ip_address of ["10.8.0.2", "10.8.0.25", "10.8.1.2"]) {
        await tenant.make("ports", { network_id: others.id, fixed_ips: [{ ip_address }] })
      }
      const found = async (...filters: readonly string[]) => {
        const query = filters.map((filter) => `fixed_ips=${encodeURIComponent(filter)}`).join("&")
        return (await tenant.list(`ports?network_id=${others.id}&${query}`)).flatMap(ips).sort()
      }
      t.same(await found(`subnet_id=${near?.id}`, "ip_address=10.8.0.2"), ["10.8.0.2"])
      t.same(await found(`subnet_id=${far?.id}`, "ip_address=10.8.0.2"), [])
      t.same(await found("ip_address=10.8.0.2", "ip_address=10.8.1.2"), ["10.8.0.2", "10.8.1.2"])
    })
    const post = (...fixed_ips: readonly Json[]) =>
      tenant.network("POST", "/ports", { port: { network_id: network.id, fixed_ips } })
    const at = (ip_address: string) => ({ subnet_id: subnet.id, ip_address })

    await t.test("an address that Neutron chooses is in the pool", async (t) => {
      const [ip = ""] = ips(await tenant.make("ports", { network_id: network.id }))
      const last = Number(ip.split(".")[3])
      t.ok(ip.startsWith("10.1.0.") && last >= 100 && last <= 200, ip)
      const [other = ""] = ips(made(await post({ subnet_id: subnet.id })))
      t.ok(other.startsWith("10.1.0.") && other !== ip, other)
    })
    await t.test("a requested address may be outside the pool and needs no subnet", async (t) => {
      t.same(ips(made(await post(at("10.1.0.30")))), ["10.1.0.30"])
      t.same(made(await post({ ip_address: "10.1.0.31" })).fixed_ips, [at("10.1.0.31")])
    })
    await t.test("several addresses are returned in the order of their text", async (t) => {
      t.same(ips(made(await post(at("10.1.0.99"), at("10.1.0.9"), at("10.1.0.20")))), [
        "10.1.0.20",
        "10.1.0.9",
        "10.1.0.99",
      ])
    })
    await t.test("a port may have no address", async (t) => {
      t.same(ips(made(await post())), [])
    })
    await t.test("the gateway's address is free until a router uses it", async (t) => {
      const port = made(await post(at("10.1.0.1")))
      await tenant.network("DELETE", `/ports/${port.id}`)
      const router = await tenant.make("routers", { name: "r" })
      await tenant.network("PUT", `/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id })
      await refuses(t, [["the router's address", () => post(at("10.1.0.1")), ...taken("10.1.0.1")]])
    })
    const rows: readonly (readonly [
      title: string,
      ips: readonly Json[],
      status: number,
      type: string,
      message: string,
    ])[] = [
      ["an address that is taken", [at("10.1.0.30")], ...taken("10.1.0.30")],
      [
        "an address twice",
        [at("10.1.0.40"), at("10.1.0.40")],
        ...bad("Invalid input for fixed_ips. Reason: Duplicate IP address '10.1.0.40'."),
      ],
      [
        "an address that is not in the subnet",
        [at("10.8.0.150")],
        400,
        "InvalidIpForSubnet",
        "IP address 10.8.0.150 is not a valid IP for the specified subnet.",
      ],
      ["an address that is in no subnet", [{ ip_address: "10.8.0.150" }], ...nowhere("10.8.0.150")],
      ["the broadcast address", [{ ip_address: "10.1.0.255" }], ...nowhere("10.1.0.255")],
      [
        "no address at all",
        [at("10.1.0.999")],
        ...bad("Invalid input for fixed_ips. Reason: '10.1.0.999' is not a valid IP address."),
      ],
      [
        "another network's subnet",
        [{ subnet_id: tiny.id }],
        400,
        "InvalidInput",
        "Invalid input for operation: Failed to create port on network ID, because fixed_ips included invalid subnet ID.",
      ],
      ["no such subnet", [{ subnet_id: none }], 404, "SubnetNotFound", "Subnet ID could not be found."],
      [
        "neither subnet nor address",
        [{}],
        400,
        "InvalidInput",
        "Invalid input for operation: IP allocation requires subnet_id or ip_address.",
      ],
    ]
    await refuses(
      t,
      rows.map(([title, fixed, ...rest]): Refused => [title, () => post(...fixed), ...rest]),
    )

    await t.test("a full subnet has no free address", async (t) => {
      const one = { network_id: elsewhere.id }
      t.same(ips(await tenant.make("ports", one)), ["10.7.0.2"])
      await refuses(t, [
        [
          "one more",
          () => tenant.network("POST", "/ports", { port: one }),
          409,
          "IpAddressGenerationFailure",
          "No more IP addresses available on network ID.",
        ],
      ])
    })
    await t.test("a bulk request with a taken address creates no port", async (t) => {
      const before = (await tenant.list("ports")).length
      const asked = ["10.1.0.50", "10.1.0.30"].map((ip) => ({ network_id: network.id, fixed_ips: [at(ip)] }))
      await refuses(t, [
        ["one taken of two", () => tenant.network("POST", "/ports", { ports: asked }), ...taken("10.1.0.30")],
      ])
      t.same((await tenant.list("ports")).length, before)
      const { status } = await post(at("10.1.0.50"))
      t.ok([201, 409].includes(status), "until 2023.2 the addresses found before stay taken, without a port")
    })
    await t.test("an update frees the old address", async (t) => {
      const port = made(await post(at("10.1.0.60")))
      const changed = await tenant.network("PUT", `/ports/${port.id}`, {
        port: { fixed_ips: [at("10.1.0.61")] },
      })
      t.same(ips(made(changed)), ["10.1.0.61"])
      t.same(ips(made(await post(at("10.1.0.60")))), ["10.1.0.60"])
    })
    await t.test("SLAAC derives the address from the MAC address, on each such subnet", async (t) => {
      const six = await tenant.make("networks", { name: "six" })
      const base = { network_id: six.id, ip_version: 6, cidr: "fd00:1::/64" }
      await tenant.make("subnets", { ...base, ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" })
      const port = await tenant.make("ports", { network_id: six.id, mac_address: "fa:16:3e:57:ce:f2" })
      t.same(ips(port), ["fd00:1::f816:3eff:fe57:cef2"])
    })
  })
