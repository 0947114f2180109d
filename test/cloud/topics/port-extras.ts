import { refuses, type Tap, withExtensions } from "../suite.ts"
import { type Json, made, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const

export const portExtras = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(
    t,
    target,
    [
      "attributes of ports by extensions",
      "dns-integration",
      "dns-domain-ports",
      "uplink-status-propagation",
      "port-numa-affinity-policy",
      "data-plane-status",
    ],
    async (t, tenant) => {
      const network = await tenant.make("networks", { name: "n", dns_domain: "a.example.org." })
      await tenant.make("subnets", { network_id: network.id, ip_version: 4, cidr: "10.1.0.0/24" })
      const values = { network_id: network.id, fixed_ips: [{ ip_address: "10.1.0.9" }] }
      const post = (more: Json) => tenant.network("POST", "/ports", { port: { ...values, ...more } })

      await t.test("a port without a DNS name has an assignment by its address", async (t) => {
        const port = await tenant.make("ports", values)
        t.match(port, {
          dns_name: "",
          dns_domain: "",
          dns_assignment: [
            { ip_address: "10.1.0.9", hostname: "host-10-1-0-9", fqdn: /^host-10-1-0-9\..+\.$/ },
          ],
          propagate_uplink_status: true,
          numa_affinity_policy: null,
          data_plane_status: null,
        })
        await tenant.network("DELETE", `/ports/${port.id}`)
      })

      const extras = {
        dns_name: "web",
        dns_domain: "b.example.org.",
        propagate_uplink_status: false,
        "binding:vnic_type": "direct",
      }
      for (const [title, make] of [
        ["alone", async () => made(await post(extras))],
        [
          "in a bulk",
          async () => {
            const { body } = await tenant.network("POST", "/ports", { ports: [{ ...values, ...extras }] })
            return (body as { ports: Json[] }).ports[0] ?? {}
          },
        ],
      ] as const)
        await t.test(`given attributes are stored in a port that is created ${title}`, async (t) => {
          const port = await make()
          t.match(port, { ...extras, dns_assignment: [{ hostname: "web" }] })
          await tenant.network("DELETE", `/ports/${port.id}`)
        })

      await t.test("names that are not valid are refused", async (t) => {
        const named = (domain: string) =>
          tenant.network("POST", "/networks", { network: { dns_domain: domain } })
        await refuses(t, [
          [
            "a domain without its last dot",
            () => named("a.example.org"),
            ...bad("Invalid input for dns_domain. Reason: 'a.example.org' is not a FQDN."),
          ],
          [
            "a name with other signs",
            () => post({ dns_name: "_" }),
            ...bad(
              "Invalid input for dns_name. Reason: '_' not a valid PQDN or FQDN. Reason: Name '_' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen.",
            ),
          ],
          [
            "a data plane status at creation",
            () => post({ data_plane_status: "ACTIVE" }),
            ...bad("Attribute 'data_plane_status' not allowed in POST"),
          ],
        ])
      })
    },
  )
