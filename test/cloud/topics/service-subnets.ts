import { type Refused, refuses, type Tap, withExtensions } from "../suite.ts"
import { type Json, made, record, type Target } from "../wire.ts"

const subnetsOf = (port: Json): unknown[] => [port.fixed_ips].flat().map((one) => record(one).subnet_id)

const invalid =
  "Invalid input for operation: Failed to create port on network ID, because fixed_ips included invalid subnet ID."

export const serviceSubnets = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(t, target, ["subnets with service types", "subnet-service-types"], async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const block = { network_id: network.id, ip_version: 4 }
    const machines = await tenant.make("subnets", {
      ...block,
      cidr: "10.2.0.0/24",
      service_types: ["compute:nova"],
    })
    const post = (body: Json) =>
      tenant.network("POST", "/ports", { port: { network_id: network.id, ...body } })
    const at = (ip_address: string) => [{ subnet_id: machines.id, ip_address }]

    await t.test("a port gets no address where all subnets are for other owners", (t) =>
      refuses(t, [
        [
          "a port without an owner",
          () => post({}),
          409,
          "IpAddressGenerationFailureNoMatchingSubnet",
          "No valid service subnet for the given device owner, network ID, service type .",
        ],
        [
          "a subnet of another owner, with an address",
          () => post({ device_owner: "compute:zone", fixed_ips: at("10.2.0.9") }),
          409,
          "IpAddressGenerationFailureNoMatchingSubnet",
          "No valid service subnet for the given device owner, network ID, service type compute:zone.",
        ],
      ]),
    )
    const anybody = await tenant.make("subnets", { ...block, cidr: "10.3.0.0/24" })

    await t.test(
      "a port gets addresses of the subnet for its owner first, other ports of other subnets",
      async (t) => {
        t.same(subnetsOf(made(await post({ device_owner: "compute:nova" }))), [machines.id])
        t.same(subnetsOf(made(await post({ device_owner: "compute:zone" }))), [anybody.id])
        t.same(subnetsOf(made(await post({}))), [anybody.id])
      },
    )
    await t.test("an address of such a subnet is for ports of its owner only", async (t) => {
      const port = made(await post({ device_owner: "compute:nova", fixed_ips: at("10.2.0.9") }))
      t.same(port.fixed_ips, at("10.2.0.9"))
      t.same([port.device_owner, port.device_id], ["compute:nova", ""])
      await refuses(t, [
        ["with the subnet", () => post({ fixed_ips: at("10.2.0.10") }), 400, "InvalidInput", invalid],
        [
          "without it",
          () => post({ fixed_ips: [{ ip_address: "10.2.0.10" }] }),
          400,
          "InvalidIpForNetwork",
          "IP address 10.2.0.10 is not a valid IP for any of the subnets on the specified network.",
        ],
      ] satisfies readonly Refused[])
    })
  })
