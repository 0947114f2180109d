import { type Tap, withTenant } from "../suite.ts"
import type { Tenant } from "../tenant.ts"
import { type Answer, idOf, type Json, type Target } from "../wire.ts"

const eight = [0, 1, 2, 3, 4, 5, 6, 7]

const countByStatus = async (calls: readonly Promise<Answer>[]): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status } of await Promise.all(calls)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const callAtOnce = (tenant: Tenant, path: string, body: (n: number) => Json) =>
  countByStatus(eight.map((n) => tenant.network("POST", `/${path}`, body(n))))

export const races = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "eight equal calls at the same time", async (t, tenant) => {
    await t.test("create one default group", async (t) => {
      await Promise.all(eight.map(() => tenant.network("GET", "/security-groups")))
      t.same((await tenant.list("security-groups")).length, 1)
    })
    const network = await tenant.make("networks", { name: "n" })
    const subnet = { network_id: network.id, ip_version: 4, cidr: "10.1.0.0/24" }
    const group = await tenant.make("security-groups", { name: "g" })
    const port = (values: Json) => ({ port: { network_id: network.id, ...values } })
    const rule = { security_group_id: group.id, direction: "ingress", protocol: "tcp" }

    for (const [title, path, body, refused] of [
      ["one of overlapping subnets", "subnets", { subnet }, 400],
      ["one port with an address", "ports", port({ fixed_ips: [{ ip_address: "10.1.0.9" }] }), 409],
      ["one port with a MAC address", "ports", port({ mac_address: "fa:16:3e:00:00:01" }), 409],
    ] as const)
      await t.test(`create ${title}`, async (t) =>
        t.same(await callAtOnce(tenant, path, () => body), { 201: 1, [refused]: 7 }),
      )
    await t.test("create one rule, or two: Neutron checks before it writes", async (t) => {
      const seen = await callAtOnce(tenant, "security-group-rules", () => ({ security_group_rule: rule }))
      const { 201: made = 0, 409: refused = 0 } = seen
      t.same([made >= 1, made + refused], [true, 8])
    })
    await t.test("exceed no quota", async (t) => {
      await tenant.admin.network("PUT", `/quotas/${tenant.projectId}`, { quota: { network: 3 } })
      t.same(await callAtOnce(tenant, "networks", () => ({ network: {} })), { 201: 2, 409: 6 })
    })
    await t.test("create eight different objects, and eight interfaces of one router", async (t) => {
      const cidr = (n: number) => `10.2.${n}.0/24`
      t.same(await callAtOnce(tenant, "subnets", (n) => ({ subnet: { ...subnet, cidr: cidr(n) } })), {
        201: 8,
      })
      const ids = (await tenant.list("subnets"))
        .filter((row) => String(row.cidr).startsWith("10.2."))
        .map(idOf)
      const router = await tenant.make("routers", { name: "r" })
      const add = (subnet_id: string) =>
        tenant.network("PUT", `/routers/${router.id}/add_router_interface`, { subnet_id })
      t.same(await countByStatus(ids.map(add)), { 200: 8 })
    })
  })
