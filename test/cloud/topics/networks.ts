import { refuses, type Tap, withTenant } from "../suite.ts"
import { createTenant } from "../tenant.ts"
import { idOf, made, madeList, none, type Target } from "../wire.ts"

const policy = (rule: string) => [403, "PolicyNotAuthorized", `${rule} is disallowed by policy`] as const
const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const missing = (id: string) => [404, "NetworkNotFound", `Network ${id} could not be found.`] as const

export const networks = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "networks", async (t, tenant) => {
    const { admin, projectId } = tenant
    const post = (network: unknown) => tenant.network("POST", "/networks", { network })
    const network = await tenant.make("networks", { name: "n" })
    const own = `/networks/${network.id}`

    await t.test("a new network has the attributes that clients read", async (t) => {
      t.match(network, {
        name: "n",
        description: "",
        project_id: projectId,
        tenant_id: projectId,
        admin_state_up: true,
        shared: false,
        "router:external": false,
        status: "ACTIVE",
        port_security_enabled: true,
        availability_zone_hints: [],
        subnets: [],
        tags: [],
        revision_number: 1,
        created_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      })
      t.ok(!("provider:network_type" in network), "a tenant does not see the provider attributes")
      t.ok("provider:network_type" in made(await admin.network("GET", own)), "an administrator is")
    })
    await t.test("its MTU is the cloud's maximum unless a smaller one is requested", async (t) => {
      const most = Number(network.mtu)
      t.match(await tenant.make("networks", { mtu: most - 1 }), { mtu: most - 1 })
      t.match(await tenant.make("networks", { mtu: 60 }), { mtu: 60 })
      await refuses(t, [
        [
          "more than the cloud's MTU",
          () => post({ mtu: most + 1 }),
          400,
          "InvalidInput",
          `Invalid input for operation: Requested MTU is too big, maximum is ${most}.`,
        ],
        [
          "an MTU below nothing",
          () => post({ mtu: -1 }),
          ...bad("Invalid input for mtu. Reason: '-1' should be non-negative."),
        ],
      ])
    })
    await t.test("an update increments the revision number and keeps tags", async (t) => {
      const changed = made(await tenant.network("PUT", own, { network: { description: "d", name: "m" } }))
      t.match(changed, { description: "d", name: "m", revision_number: 2 })
      t.match((await tenant.network("PUT", `${own}/tags`, { tags: ["b", "a"] })).body, { tags: ["b", "a"] })
      t.same((await tenant.network("GET", `${own}/tags`)).body, { tags: ["a", "b"] })
      t.same(madeList(await tenant.network("GET", "/networks?tags=a")).map(idOf), [network.id])
      t.same((await tenant.network("DELETE", `${own}/tags`)).status, 204)
      await refuses(t, [
        [
          "tags of nothing",
          () => tenant.network("PUT", `/networks/${none}/tags`, { tags: [] }),
          404,
          "TagResourceNotFound",
          "Resource networks ID could not be found.",
        ],
        [
          "tags that are no list",
          () => tenant.network("PUT", `${own}/tags`, { tags: "x" }),
          400,
          "InvalidInput",
          "Invalid input for operation: 'x' is not a list.",
        ],
      ])
    })
    await t.test("the external network is visible to all projects, its subnets are not", async (t) => {
      const external = madeList(await tenant.network("GET", "/networks?router:external=true"))
      t.ok(external.map(idOf).includes(target.externalNetworkId))
      t.same(madeList(await tenant.network("GET", `/subnets?network_id=${target.externalNetworkId}`)), [])
    })
    await refuses(t, [
      ["no such network", () => tenant.network("GET", `/networks/${none}`), ...missing("ID")],
      ["an unknown attribute", () => post({ colour: "red" }), ...bad("Unrecognized attribute(s) 'colour'")],
      [
        "an attribute of answers",
        () => post({ status: "x" }),
        ...bad("Attribute 'status' not allowed in POST"),
      ],
      ["tags in a creation", () => post({ tags: ["x"] }), ...bad("Attribute 'tags' not allowed in POST")],
      [
        "a name that is no text",
        () => post({ name: 5 }),
        ...bad("Invalid input for name. Reason: '5' is not a valid string."),
      ],
      [
        "a switch that is neither",
        () => post({ admin_state_up: "maybe" }),
        400,
        "InvalidInput",
        "Invalid input for operation: 'maybe' cannot be converted to boolean.",
      ],
      [
        "no body",
        () => tenant.network("POST", "/networks", {}),
        ...bad("Unable to find 'network' in request body"),
      ],
      [
        "a shared one by a tenant",
        () => post({ shared: true }),
        ...policy("(rule:create_network and rule:create_network:shared)"),
      ],
      [
        "an external network by a tenant",
        () => post({ "router:external": true }),
        ...policy("(rule:create_network and rule:create_network:router:external)"),
      ],
      [
        "one for another project",
        () => post({ project_id: admin.projectId }),
        ...bad(
          "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
        ),
      ],
      [
        "an update of a read-only attribute",
        () => tenant.network("PUT", own, { network: { id: none } }),
        ...bad("Cannot update read-only attribute id"),
      ],
      [
        "a change of the owner",
        () => tenant.network("PUT", own, { network: { project_id: projectId } }),
        ...bad("Cannot update read-only attribute tenant_id"),
      ],
      [
        "an update of the external network",
        () => tenant.network("PUT", `/networks/${target.externalNetworkId}`, { network: { name: "z" } }),
        ...policy("rule:update_network"),
      ],
      [
        "deleting the external network",
        () => tenant.network("DELETE", `/networks/${target.externalNetworkId}`),
        ...policy("rule:delete_network"),
      ],
    ])
    await t.test(
      "an administrator creates a network for a project, and another project does not see it",
      async (t) => {
        const made1 = made(
          await admin.network("POST", "/networks", { network: { name: "by admin", project_id: projectId } }),
        )
        t.match(made1, { project_id: projectId, tenant_id: projectId })
        const other = await createTenant(target)
        try {
          await refuses(t, [["another project's network", () => other.network("GET", own), ...missing("ID")]])
          t.ok(
            !madeList(await other.network("GET", "/networks"))
              .map(idOf)
              .includes(idOf(network)),
          )
        } finally {
          await other.remove()
        }
      },
    )
    await t.test("a bulk request creates all objects or none and returns them in its order", async (t) => {
      const names = Array.from({ length: 12 }, (_, index) => `bulk-${index}`)
      const answer = await tenant.network("POST", "/networks", { networks: names.map((name) => ({ name })) })
      t.same(answer.status, 201)
      t.same(
        madeList(answer).map((row) => row.name),
        names,
      )
      const before = (await tenant.list("networks")).length
      await refuses(t, [
        [
          "one wrong of many",
          () => tenant.network("POST", "/networks", { networks: [{ name: "fine" }, { mtu: 1_000_000 }] }),
          400,
          "InvalidInput",
          `Invalid input for operation: Requested MTU is too big, maximum is ${network.mtu}.`,
        ],
        [
          "none at once",
          () => tenant.network("POST", "/networks", { networks: [] }),
          ...bad("Resources required"),
        ],
      ])
      t.same((await tenant.list("networks")).length, before)
    })
    await t.test(
      "a network with ports cannot be deleted; without ports its subnets are deleted with it",
      async (t) => {
        const subnet = await tenant.make("subnets", {
          network_id: network.id,
          ip_version: 4,
          cidr: "10.1.0.0/24",
        })
        const port = await tenant.make("ports", { network_id: network.id })
        await refuses(t, [
          [
            "removing what is in use",
            () => tenant.network("DELETE", own),
            409,
            "NetworkInUse",
            "Unable to complete operation on network ID. There are one or more ports still in use on the network, id for these ports is: ID.",
          ],
        ])
        await tenant.network("DELETE", `/ports/${port.id}`)
        t.same((await tenant.network("DELETE", own)).status, 204)
        t.same((await tenant.network("GET", `/subnets/${subnet.id}`)).status, 404)
      },
    )
  })
