import { refuses, type Tap, withTenant } from "../suite.ts"
import { type Json, made, record, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const policy = (rule: string) => [403, "PolicyNotAuthorized", `rule:${rule} is disallowed by policy`] as const
const over = (name: string) => [409, "OverQuota", `Quota exceeded for resources: ['${name}'].`] as const

export const quotas = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "the network's quotas", async (t, tenant) => {
    const { admin, projectId } = tenant
    const path = `/quotas/${projectId}`
    const put = (quota: Json) => admin.network("PUT", path, { quota })
    const group = await tenant.make("security-groups", { name: "g" })
    const network = await tenant.make("networks", { name: "n" })
    const rule = (port: number) => ({
      security_group_id: group.id,
      direction: "ingress",
      protocol: "tcp",
      port_range_min: port,
      port_range_max: port,
    })
    const many = (collection: string, ...rows: readonly Json[]) =>
      tenant.network("POST", `/${collection.replaceAll("_", "-")}`, { [collection]: rows })

    await t.test("are the cloud's defaults until set", async (t) => {
      const defaults = {
        network: 100,
        subnet: 100,
        port: 500,
        router: 10,
        security_group: 10,
        security_group_rule: 100,
      }
      t.match(made(await tenant.network("GET", path)), defaults)
      t.match(made(await admin.network("GET", `${path}/default`)), defaults)
      t.same((await admin.network("DELETE", path)).status, 404)
    })
    await t.test("show the usage, in which default rules count", async (t) => {
      t.match(made(await tenant.network("GET", `${path}/details.json`)), {
        network: { limit: 100, used: 1, reserved: 0 },
        security_group: { used: 2 },
        security_group_rule: { limit: 100, used: 6 },
      })
    })
    await t.test("are set one by one, even below the usage", async (t) => {
      t.match(made(await put({ network: 1, router: -1 })), { network: 1, router: -1, subnet: 100 })
      t.match(made(await put({ subnet: 0 })), { network: 1, subnet: 0 })
      t.match(made(await admin.network("PUT", path, { quota: { security_group_rule: 7, port: 1 } })), {
        security_group_rule: 7,
      })
    })
    await t.test("are not exceeded by single or bulk requests", async (t) => {
      await refuses(t, [
        ["a second network", () => tenant.network("POST", "/networks", { network: {} }), ...over("network")],
        ["two networks at once", () => many("networks", {}, {}), ...over("network")],
        [
          "a subnet",
          () =>
            tenant.network("POST", "/subnets", {
              subnet: { network_id: network.id, ip_version: 4, cidr: "10.1.0.0/24" },
            }),
          ...over("subnet"),
        ],
        [
          "two rules with a quota for one",
          () => many("security_group_rules", rule(1), rule(2)),
          ...over("security_group_rule"),
        ],
        [
          "a group without a quota for its default rules",
          () => tenant.network("POST", "/security-groups", { security_group: {} }),
          ...over("security_group_rule"),
        ],
        [
          "two ports with a quota for one",
          () => many("ports", { network_id: network.id }, { network_id: network.id }),
          ...over("port"),
        ],
      ])
      t.same((await tenant.list(`networks?project_id=${projectId}`)).length, 1)
      t.same((await tenant.list("security-groups")).length, 2, "a refused group is not there")
      await tenant.make("security-group-rules", rule(1))
    })
    await refuses(t, [
      [
        "a tenant setting them",
        () => tenant.network("PUT", path, { quota: { network: 5 } }),
        ...policy("update_quota"),
      ],
      ["a tenant dropping them", () => tenant.network("DELETE", path), ...policy("delete_quota")],
      [
        "a tenant reading those of another",
        () => tenant.network("GET", `/quotas/${admin.projectId}`),
        ...policy("get_quota"),
      ],
      ["an unknown resource", () => put({ colour: 5 }), ...bad("Unrecognized attribute(s) 'colour'")],
      [
        "less than -1",
        () => put({ network: -2 }),
        ...bad("Invalid input for network. Reason: '-2' is too small - must be at least '-1'."),
      ],
      [
        "text instead of a number",
        () => put({ network: "x" }),
        400,
        "InvalidInput",
        "Invalid input for operation: 'x' is not an integer.",
      ],
    ])
    await t.test("return to the defaults", async (t) => {
      t.same((await admin.network("DELETE", path)).status, 204)
      t.match(record(made(await tenant.network("GET", path))), { network: 100, subnet: 100 })
    })
  })
