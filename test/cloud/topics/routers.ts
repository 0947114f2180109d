import { refuses, type Tap, withTenant } from "../suite.ts"
import { idOf, type Json, made, none, record, type Target } from "../wire.ts"

const bad = (message: string) => [400, "BadRequest", `Bad router request: ${message}`] as const
const noRoute = (routes: string, why = "not connected with") =>
  [400, "InvalidRoutes", `Invalid format for routes: ${routes}, the nexthop is ${why} router`] as const
const policy = (action: string, ...keys: readonly string[]) => {
  const info = `rule:${action}_router:external_gateway_info`
  const inner = keys.map((key) => `${info}:${key}`).join(" and ")
  return [
    403,
    "PolicyNotAuthorized",
    `(rule:${action}_router and (${info} and (${inner}))) is disallowed by policy`,
  ] as const
}

export const routers = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "routers", async (t, tenant) => {
    const { admin } = tenant
    const external = target.externalNetworkId
    const network = await tenant.make("networks", { name: "n" })
    const subnet = async (cidr: string, more: Json = {}) =>
      tenant.make("subnets", { network_id: network.id, ip_version: 4, cidr, ...more })
    const inside = await subnet("10.1.0.0/24")
    const router = await tenant.make("routers", { name: "r" })
    const own = `/routers/${router.id}`
    const put = (values: Json) => tenant.network("PUT", own, { router: values })
    const add = (body: Json) => tenant.network("PUT", `${own}/add_router_interface`, body)
    const take = (body: Json) => tenant.network("PUT", `${own}/remove_router_interface`, body)

    await t.test("a new router is active and has no gateway and no routes", async (t) => {
      t.match(router, {
        name: "r",
        status: "ACTIVE",
        admin_state_up: true,
        external_gateway_info: null,
        routes: [],
        tags: [],
        revision_number: 1,
      })
      t.ok(!("distributed" in router), "a tenant does not see high availability")
      t.match(made(await admin.network("GET", own)), { distributed: false, ha: false })
    })
    await t.test("a bulk request is refused", async (t) => {
      await refuses(t, [
        [
          "two routers",
          () => tenant.network("POST", "/routers", { routers: [{ name: "a" }, { name: "b" }] }),
          400,
          "HTTPBadRequest",
          "Bulk operation not supported",
        ],
      ])
    })
    await t.test("an interface by subnet gets the gateway's address", async (t) => {
      const answer = await add({ subnet_id: inside.id })
      t.match(answer, {
        status: 200,
        body: { id: router.id, subnet_id: inside.id, subnet_ids: [inside.id], network_id: network.id },
      })
      const port = made(await tenant.network("GET", `/ports/${record(answer.body).port_id}`))
      t.match(port, {
        device_id: router.id,
        device_owner: "network:router_interface",
        fixed_ips: [{ subnet_id: inside.id, ip_address: "10.1.0.1" }],
        security_groups: [],
        port_security_enabled: false,
      })
      await refuses(t, [
        [
          "removing the port itself",
          () => tenant.network("DELETE", `/ports/${port.id}`),
          409,
          "ServicePortInUse",
          "Port ID cannot be deleted directly via the port API: has device owner network:router_interface.",
        ],
        [
          "moving the gateway away from it",
          () => tenant.network("PUT", `/subnets/${inside.id}`, { subnet: { gateway_ip: "10.9.9.9" } }),
          409,
          "GatewayIpInUse",
          "Current gateway ip 10.1.0.1 already in use by port ID. Unable to update.",
        ],
      ])
    })
    await t.test("an interface by port keeps its address and its groups", async (t) => {
      const bare = await subnet("10.2.0.0/24", { gateway_ip: null })
      await refuses(t, [
        [
          "a subnet without a gateway, by subnet",
          () => add({ subnet_id: bare.id }),
          ...bad("Subnet for router interface must have a gateway IP."),
        ],
      ])
      const port = await tenant.make("ports", {
        network_id: network.id,
        fixed_ips: [{ subnet_id: bare.id, ip_address: "10.2.0.9" }],
      })
      t.match(await add({ port_id: port.id }), {
        status: 200,
        body: { port_id: port.id, subnet_id: bare.id },
      })
      const attached = made(await tenant.network("GET", `/ports/${port.id}`))
      t.match(attached, {
        device_id: router.id,
        device_owner: "network:router_interface",
        port_security_enabled: true,
      })
      t.same(attached.security_groups, port.security_groups)
      await refuses(t, [
        [
          "a port in use",
          () => add({ port_id: port.id }),
          409,
          "PortInUse",
          "Unable to complete operation on port ID for network ID. Port already has an attached device ID.",
        ],
      ])
    })
    const elsewhere = await tenant.make("networks", { name: "m" })
    const overlapping = await tenant.make("subnets", {
      network_id: elsewhere.id,
      ip_version: 4,
      cidr: "10.1.0.128/25",
    })
    await refuses(t, [
      [
        "an interface twice",
        () => add({ subnet_id: inside.id }),
        ...bad("Router already has a port on subnet ID."),
      ],
      [
        "an overlapping subnet",
        () => add({ subnet_id: overlapping.id }),
        ...bad("Cidr 10.1.0.128/25 of subnet ID overlaps with cidr 10.1.0.0/24 of subnet ID."),
      ],
      [
        "no such subnet",
        () => add({ subnet_id: none }),
        404,
        "SubnetNotFound",
        "Subnet ID could not be found.",
      ],
      ["no such port", () => add({ port_id: none }), 404, "PortNotFound", "Port ID could not be found."],
      ["neither", () => add({}), ...bad("Either subnet_id or port_id must be specified.")],
      [
        "both",
        () => add({ subnet_id: inside.id, port_id: none }),
        ...bad("Cannot specify both subnet-id and port-id."),
      ],
      [
        "an interface it has not",
        () => take({ subnet_id: overlapping.id }),
        404,
        "RouterInterfaceNotFoundForSubnet",
        "Router ID has no interface on subnet ID",
      ],
      [
        "a port that is none",
        () => take({ port_id: none }),
        404,
        "RouterInterfaceNotFound",
        "Router ID does not have an interface with id ID",
      ],
      [
        "an unknown attribute",
        () => put({ colour: 1 }),
        400,
        "HTTPBadRequest",
        "Unrecognized attribute(s) 'colour'",
      ],
      [
        "routes in a creation",
        () => tenant.network("POST", "/routers", { router: { routes: [] } }),
        400,
        "HTTPBadRequest",
        "Attribute 'routes' not allowed in POST",
      ],
      [
        "no such router",
        () => tenant.network("DELETE", `/routers/${none}`),
        404,
        "RouterNotFound",
        "Router ID could not be found",
      ],
      [
        "deleting a router with interfaces",
        () => tenant.network("DELETE", own),
        409,
        "RouterInUse",
        "Router ID has ports still attached: ID, ID",
      ],
    ])
    await t.test(
      "a tenant sets the network of the gateway, and an administrator also its address and SNAT",
      async (t) => {
        const info = record(
          made(await put({ external_gateway_info: { network_id: external } })).external_gateway_info,
        )
        t.match(info, { network_id: external, enable_snat: true })
        await refuses(t, [
          [
            "a fixed address by a tenant",
            () => put({ external_gateway_info: { network_id: external, external_fixed_ips: [] } }),
            ...policy("update", "network_id", "external_fixed_ips"),
          ],
          [
            "SNAT by a tenant",
            () => put({ external_gateway_info: { network_id: external, enable_snat: false } }),
            ...policy("update", "network_id", "enable_snat"),
          ],
          [
            "the gateway as it was returned",
            () => put({ external_gateway_info: info }),
            ...policy("update", "network_id", "enable_snat", "external_fixed_ips"),
          ],
          [
            "SNAT in a creation",
            () =>
              tenant.network("POST", "/routers", {
                router: { external_gateway_info: { network_id: external, enable_snat: true } },
              }),
            ...policy("create", "network_id", "enable_snat"),
          ],
          [
            "a network that is not external",
            () => put({ external_gateway_info: { network_id: network.id } }),
            ...bad("Network ID is not an external network."),
          ],
          [
            "no such network",
            () => put({ external_gateway_info: { network_id: none } }),
            404,
            "NetworkNotFound",
            "Network ID could not be found.",
          ],
          [
            "no network named",
            () => put({ external_gateway_info: { enable_snat: true } }),
            400,
            "HTTPBadRequest",
            "Invalid input for external_gateway_info. Reason: Validation of dictionary's keys failed. Expected keys: {'network_id'} Provided keys: {'enable_snat'}.",
          ],
        ])
        const [address] = [info.external_fixed_ips].flat().map(record)
        const asked = { network_id: external, enable_snat: false, external_fixed_ips: [address] }
        const changed = made(await admin.network("PUT", own, { router: { external_gateway_info: asked } }))
        t.match(changed.external_gateway_info, asked)
        const ports = await tenant.list(`ports?device_id=${router.id}`)
        t.same(
          ports.filter((port) => port.device_owner === "network:router_gateway"),
          [],
          "the gateway's port does not belong to the tenant",
        )
      },
    )
    await t.test("an update replaces all routes", async (t) => {
      const route = (destination: string, nexthop: string) => ({ destination, nexthop })
      const routes = [route("10.20.0.0/16", "10.1.0.50"), route("10.100.0.0/16", "10.2.0.50")]
      const sorted = routes.toSorted((a, b) => (a.destination < b.destination ? -1 : 1))
      t.same(made(await put({ routes })).routes, sorted)
      await refuses(t, [
        [
          "a next hop outside the connected subnets",
          () => put({ routes: [route("10.20.0.0/16", "172.16.0.1")] }),
          ...noRoute("[{'destination': '10.20.0.0/16', 'nexthop': '172.16.0.1'}]"),
        ],
        [
          "a next hop that is an address of the router",
          () => put({ routes: [route("10.20.0.0/16", "10.1.0.1")] }),
          ...noRoute("[{'destination': '10.20.0.0/16', 'nexthop': '10.1.0.1'}]", "used by"),
        ],
        [
          "a route twice",
          () => put({ routes: [routes[0], routes[0]] }),
          400,
          "HTTPBadRequest",
          "Invalid input for routes. Reason: Duplicate hostroute '{'destination': '10.20.0.0/16', 'nexthop': '10.1.0.50'}'.",
        ],
        [
          "31 routes",
          () => put({ routes: Array.from({ length: 31 }, (_, n) => route(`10.20.${n}.0/24`, "10.1.0.50")) }),
          400,
          "RoutesExhausted",
          "Unable to complete operation for ID. The number of routes exceeds the maximum 30.",
        ],
        [
          "removing an interface that a route uses",
          () => take({ subnet_id: inside.id }),
          409,
          "RouterInterfaceInUseByRoute",
          "Router interface for subnet ID on router ID cannot be deleted, as it is required by one or more routes.",
        ],
      ])
      t.same(made(await put({ routes: [] })).routes, [])
    })
    await t.test("a router without interfaces is deleted with its gateway", async (t) => {
      for (const port of await tenant.list(`ports?device_id=${router.id}`))
        t.same((await take({ port_id: idOf(port) })).status, 200)
      t.same((await tenant.network("DELETE", own)).status, 204)
      t.same((await tenant.network("GET", own)).status, 404)
    })
  })
