import { type Refused, refuses, type Tap, withTenant } from "../suite.ts"
import { idOf, type Json, made, madeList, none, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const unsafe = [
  400,
  "PortSecurityAndIPRequiredForSecurityGroups",
  "Port security must be enabled and port must have an IP address in order to use security groups.",
] as const
const pairsUnsafe = [
  409,
  "AddressPairAndPortSecurityRequired",
  "Port Security must be enabled in order to have allowed address pairs on a port.",
] as const

export const ports = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "ports", async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    await tenant.make("subnets", { network_id: network.id, ip_version: 4, cidr: "10.1.0.0/24" })
    const post = (values: Json) =>
      tenant.network("POST", "/ports", { port: { network_id: network.id, ...values } })
    const make = async (values: Json = {}) => made(await post(values))
    const [fallback] = await tenant.list("security-groups?name=default")
    const group = await tenant.make("security-groups", { name: "g" })
    const mac = "fa:16:3e:00:00:01"

    await t.test("a new port has the default group and a MAC address of the cloud", async (t) => {
      t.match(await make(), {
        name: "",
        status: "DOWN",
        admin_state_up: true,
        mac_address: /^fa:16:3e(:[0-9a-f]{2}){3}$/,
        device_id: "",
        device_owner: "",
        security_groups: [fallback?.id],
        port_security_enabled: true,
        allowed_address_pairs: [],
        extra_dhcp_opts: [],
        "binding:vnic_type": "normal",
        tags: [],
        revision_number: 1,
      })
    })
    for (const [title, values, wanted] of [
      [
        "name, device, MAC address and groups as requested",
        {
          name: "p",
          device_owner: "compute:nova",
          device_id: "d",
          mac_address: mac,
          security_groups: [group.id],
        },
        {
          name: "p",
          device_owner: "compute:nova",
          device_id: "d",
          mac_address: mac,
          security_groups: [group.id],
        },
      ],
      ["without groups", { security_groups: [] }, { security_groups: [], port_security_enabled: true }],
      [
        "without port security there is no default group",
        { port_security_enabled: false },
        { security_groups: [], port_security_enabled: false },
      ],
      [
        "a pair gets the port's own MAC address",
        { mac_address: "fa:16:3e:00:00:02", allowed_address_pairs: [{ ip_address: "10.9.0.0/24" }] },
        { allowed_address_pairs: [{ ip_address: "10.9.0.0/24", mac_address: "fa:16:3e:00:00:02" }] },
      ],
      [
        "a pair keeps its own MAC address",
        { allowed_address_pairs: [{ ip_address: "10.9.0.1", mac_address: mac }] },
        { allowed_address_pairs: [{ ip_address: "10.9.0.1", mac_address: mac }] },
      ],
      [
        "DHCP options are for IPv4 by default",
        { extra_dhcp_opts: [{ opt_name: "mtu", opt_value: "1400" }] },
        { extra_dhcp_opts: [{ opt_name: "mtu", opt_value: "1400", ip_version: 4 }] },
      ],
      ["tags are taken and forgotten", { tags: ["x"] }, { tags: [] }],
    ] as const)
      await t.test(title, async (t) => t.match(await make(values), wanted))

    const rows: readonly (readonly [
      title: string,
      values: Json,
      status: number,
      type: string,
      message: string,
    ])[] = [
      ["no such network", { network_id: none }, 404, "NetworkNotFound", "Network ID could not be found."],
      ["an unknown attribute", { colour: 1 }, ...bad("Unrecognized attribute(s) 'colour'")],
      [
        "an invalid MAC",
        { mac_address: "fa:16" },
        ...bad("Invalid input for mac_address. Reason: 'fa:16' is not a valid MAC address."),
      ],
      [
        "a MAC in use",
        { mac_address: mac },
        409,
        "MacAddressInUse",
        `Unable to complete operation for network ID. The mac address ${mac} is in use.`,
      ],
      [
        "no such group",
        { security_groups: [none] },
        404,
        "SecurityGroupNotFound",
        "Security group ID does not exist",
      ],
      [
        "a group twice",
        { security_groups: [group.id, group.id] },
        ...bad("Invalid input for security_groups. Reason: Duplicate items in the list: 'ID'."),
      ],
      ["groups without security", { security_groups: [group.id], port_security_enabled: false }, ...unsafe],
      [
        "pairs without security",
        { port_security_enabled: false, allowed_address_pairs: [{ ip_address: "10.1.0.9" }] },
        ...pairsUnsafe,
      ],
      [
        "a pair twice",
        { allowed_address_pairs: [{ ip_address: "10.1.0.9" }, { ip_address: "10.1.0.9" }] },
        400,
        "DuplicateAddressPairInRequest",
        "Request contains duplicate address pair: mac_address None ip_address 10.1.0.9.",
      ],
      [
        "a pair without an address",
        { allowed_address_pairs: [{}] },
        400,
        "AllowedAddressPairsMissingIP",
        "AllowedAddressPair must contain ip_address",
      ],
      [
        "a pair that is no address",
        { allowed_address_pairs: [{ ip_address: "x" }] },
        ...bad("'x' is not a valid IP address"),
      ],
      [
        "eleven pairs",
        { allowed_address_pairs: Array.from({ length: 11 }, (_, n) => ({ ip_address: `10.1.0.${n}` })) },
        400,
        "AllowedAddressPairExhausted",
        "The number of allowed address pair exceeds the maximum 10.",
      ],
      [
        "a host by a tenant",
        { "binding:host_id": "h" },
        403,
        "PolicyNotAuthorized",
        "(rule:create_port and rule:create_port:binding:host_id) is disallowed by policy",
      ],
      [
        "the external network",
        { network_id: target.externalNetworkId },
        403,
        "HTTPForbidden",
        "Tenant PROJECT not allowed to create port on this network",
      ],
    ]
    await refuses(
      t,
      rows.map(([title, values, ...rest]): Refused => [title, () => post(values), ...rest]),
    )

    await t.test(
      "an update replaces groups and pairs, and is checked by the rules of port security",
      async (t) => {
        const port = await make({ mac_address: "fa:16:3e:00:00:03" })
        const put = (values: Json) => tenant.network("PUT", `/ports/${port.id}`, { port: values })
        t.match(made(await put({ name: "q", security_groups: [group.id] })), {
          name: "q",
          security_groups: [group.id],
        })
        t.match(made(await put({ allowed_address_pairs: [{ ip_address: "1.1.1.1" }] })), {
          allowed_address_pairs: [{ ip_address: "1.1.1.1", mac_address: port.mac_address }],
        })
        await refuses(t, [
          [
            "security off with groups",
            () => put({ port_security_enabled: false, allowed_address_pairs: [] }),
            409,
            "PortSecurityPortHasSecurityGroup",
            "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
          ],
          [
            "another MAC by a tenant",
            () => put({ mac_address: "fa:16:3e:00:00:04" }),
            403,
            "PolicyNotAuthorized",
            "(rule:update_port and rule:update_port:mac_address) is disallowed by policy",
          ],
          [
            "another network",
            () => put({ network_id: none }),
            ...bad("Cannot update read-only attribute network_id"),
          ],
          [
            "a change of nothing",
            () => tenant.network("PUT", `/ports/${none}`, { port: {} }),
            404,
            "PortNotFound",
            "Port ID could not be found.",
          ],
        ])
        t.match(made(await put({ security_groups: [], allowed_address_pairs: [] })), {
          security_groups: [],
          allowed_address_pairs: [],
        })
        t.match(made(await put({ port_security_enabled: false })), { port_security_enabled: false })
        await refuses(t, [
          ["groups while security is off", () => put({ security_groups: [group.id] }), ...unsafe],
        ])
      },
    )
    await t.test("a bulk request returns objects in its order", async (t) => {
      const names = Array.from({ length: 8 }, (_, n) => `bulk-${n}`)
      const answer = await tenant.network("POST", "/ports", {
        ports: names.map((name) => ({ name, network_id: network.id })),
      })
      t.same(
        madeList(answer).map((port) => port.name),
        names,
      )
    })
    await t.test("a bulk request silently drops address pairs and DHCP options", async (t) => {
      const wanted = {
        network_id: network.id,
        allowed_address_pairs: [{ ip_address: "10.1.0.90" }],
        extra_dhcp_opts: [{ opt_name: "mtu", opt_value: "1400" }],
      }
      const answer = await tenant.network("POST", "/ports", { ports: [wanted, wanted] })
      for (const port of madeList(answer)) {
        const left = { allowed_address_pairs: [], extra_dhcp_opts: [] }
        t.match(port, left)
        t.match(made(await tenant.network("GET", `/ports/${port.id}`)), left)
      }
    })
    await t.test("a group of a port cannot be deleted", async (t) => {
      await refuses(t, [
        [
          "removing it",
          () => tenant.network("DELETE", `/security-groups/${idOf(group)}`),
          409,
          "SecurityGroupInUse",
          "Security Group ID in use.",
        ],
      ])
    })
  })
