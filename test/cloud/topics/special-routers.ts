import { refuses, type Tap, withExtensions } from "../suite.ts"
import { made, madeList, type Target } from "../wire.ts"

const forbidden = (what: string) =>
  [
    403,
    "PolicyNotAuthorized",
    `(rule:create_router and rule:create_router:${what}) is disallowed by policy`,
  ] as const

export const specialRouters = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(
    t,
    target,
    [
      "distributed and highly available routers",
      "dvr",
      "l3-ha",
      "network_availability_zone",
      "vlan-transparent",
    ],
    async (t, tenant) => {
      const network = await tenant.make("networks", { name: "n" })
      const subnet = await tenant.make("subnets", {
        network_id: network.id,
        ip_version: 4,
        cidr: "10.1.0.0/24",
      })
      const post = (router: object) => tenant.network("POST", "/routers", { router })

      for (const [what, owner] of [
        ["distributed", "network:router_interface_distributed"],
        ["ha", "network:ha_router_replicated_interface"],
      ] as const)
        await t.test(
          `only an administrator makes one ${what}, and its ports have an owner of their own`,
          async (t) => {
            await refuses(t, [["a tenant's own", () => post({ [what]: true }), ...forbidden(what)]])
            const router = await tenant.makeAsAdmin("routers", { name: "r", [what]: true })
            t.equal(router[what], true)
            const { port_id } = (
              await tenant.network("PUT", `/routers/${router.id}/add_router_interface`, {
                subnet_id: subnet.id,
              })
            ).body as { port_id: string }
            t.match(made(await tenant.network("GET", `/ports/${port_id}`)), {
              device_owner: owner,
              device_id: router.id,
            })
            await refuses(t, [
              [
                "to take its port away",
                () => tenant.network("DELETE", `/ports/${port_id}`),
                409,
                "ServicePortInUse",
                `Port ID cannot be deleted directly via the port API: has device owner ${owner}.`,
              ],
            ])
            await tenant.network("PUT", `/routers/${router.id}/remove_router_interface`, { port_id })
            t.equal((await tenant.network("DELETE", `/routers/${router.id}`)).status, 204)
          },
        )

      await t.test("hints name existing zones", async (t) => {
        const zones = madeList(await tenant.network("GET", "/availability_zones"))
        const zone = zones.find(({ resource }) => resource === "network")?.name
        if (zone !== undefined) {
          const hinted = await tenant.make("networks", { availability_zone_hints: [zone] })
          t.same(hinted.availability_zone_hints, [zone])
        }
        await refuses(t, [
          [
            "another zone",
            () => post({ availability_zone_hints: ["nowhere"] }),
            404,
            "AvailabilityZoneNotFound",
            "AvailabilityZone nowhere could not be found.",
          ],
        ])
      })

      await t.test("a driver without VLAN transparency refuses a request for it with 500", async (t) => {
        t.equal(network.vlan_transparent, false)
        const answer = await tenant.network("POST", "/networks", { network: { vlan_transparent: true } })
        if (answer.status === 201) return
        await refuses(t, [
          [
            "a transparent network",
            async () => answer,
            500,
            "VlanTransparencyDriverError",
            "Backend does not support VLAN Transparency.",
          ],
        ])
      })
    },
  )
