import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { planTenant, refsOf, type TenantPlan } from "../../src/kinds/plan-tenant.ts"
import { readMappings } from "../../src/planning/cidr-mapping.ts"
import type { KindName } from "../../src/planning/kind-names.ts"
import type { PlanContext } from "../../src/planning/plan.ts"
import { type MappedTenant, mappedTenants } from "./arbitrary-mapping.ts"
import { objectsOf, planContext } from "./builders.ts"
import { isIn, offsetIn, rangeOf } from "./reference-model.ts"

const choices = fc.record({
  staticRoutes: fc.constantFrom("documented", "reachable"),
  externalNetworkId: fc.constantFrom("external", null),
  withPorts: fc.boolean(),
})

function forEachTenant(
  hold: (mapped: MappedTenant, plan: TenantPlan, context: PlanContext) => void,
  tenants = mappedTenants(),
): void {
  fc.assert(
    fc.property(tenants, choices, (mapped, over) => {
      const context = planContext(mapped.source, { ...over, mappings: readMappings(mapped.subnets) })
      hold(mapped, planTenant(context), context)
    }),
    { numRuns: 300 },
  )
}

t.test("keys are unique in each kind, and every reference is to an object of the plan", async () => {
  forEachTenant((_, plan) => {
    const all = plan.parts.flatMap(({ kind, objects }) => objects.map(({ key }) => `${kind.name}/${key}`))
    const known = new Set(all)
    assert.equal(known.size, all.length)
    for (const { objects } of plan.parts) {
      for (const { body } of objects) for (const ref of refsOf(body)) assert.ok(known.has(ref), ref)
    }
  })
})

t.test("planning the same source again gives the same plan", async () => {
  forEachTenant((_, plan, context) => assert.deepEqual(planTenant(structuredClone(context)), plan))
})

t.test("an object refers only to kinds that its own kind waits for", async () => {
  forEachTenant((_, { parts }) => {
    const after = new Map(parts.map(({ kind }) => [kind.name as string, kind.after]))
    const waits = (name: string): readonly string[] => {
      const near = after.get(name) ?? []
      return [...near, ...near.flatMap(waits)]
    }
    for (const { kind, objects } of parts) {
      const refs = objects.flatMap(({ body }) => refsOf(body))
      for (const ref of refs)
        assert.ok(waits(kind.name).includes(ref.split("/")[0] ?? ""), `${kind.name} → ${ref}`)
    }
  })
})

/** Each subnet's CIDR before and after, by key. */
function movesOf({ source, subnets }: MappedTenant): ReadonlyMap<string, { from: string; to: string }> {
  const same = (a: string, b: string) =>
    rangeOf(a).first === rangeOf(b).first && rangeOf(a).last === rangeOf(b).last
  return new Map(
    source.subnets.map(({ key, cidr }) => {
      const pair = subnets.find(({ src_cidr }) => same(src_cidr, cidr))
      return [key, { from: cidr, to: pair?.dst_cidr ?? cidr }]
    }),
  )
}

/** The parts of bodies that hold addresses. */
interface Addressed {
  readonly cidr: string
  readonly gateway_ip: string | null
  readonly ip_address: string
  readonly allocation_pools: readonly { readonly start: string; readonly end: string }[]
  readonly host_routes: readonly { readonly nexthop: string }[]
  readonly fixed_ips: readonly { readonly ip_address: string }[]
}

function checkAddresses(mapped: MappedTenant, plan: TenantPlan): void {
  const { source } = mapped
  const moves = movesOf(mapped)
  const bodyOf = (kind: KindName, key: string) =>
    objectsOf(plan, kind).find((one) => one.key === key)?.body as Addressed | undefined
  const check = (subnet: string, before: string, after: string | null | undefined) => {
    const { from, to } = moves.get(subnet) ?? { from: "", to: "" }
    assert.ok(after && isIn(after, to), `${before} of ${from} became ${after}, outside of ${to}`)
    assert.equal(offsetIn(after, to), offsetIn(before, from))
  }
  for (const subnet of source.subnets) {
    const body = bodyOf("subnet", subnet.key)
    assert.equal(body?.cidr, moves.get(subnet.key)?.to)
    if (subnet.gatewayIp === null) assert.equal(body?.gateway_ip, null)
    else check(subnet.key, subnet.gatewayIp, body?.gateway_ip)
    for (const [index, { start, end }] of subnet.allocationPools.entries()) {
      check(subnet.key, start, body?.allocation_pools[index]?.start)
      check(subnet.key, end, body?.allocation_pools[index]?.end)
    }
    for (const [index, { nexthop }] of subnet.hostRoutes.entries())
      check(subnet.key, nexthop, body?.host_routes[index]?.nexthop)
  }
  for (const { key, interfaces } of source.routers) {
    for (const { subnet, ipAddress } of interfaces)
      check(subnet, ipAddress, bodyOf("interface", `${key}-${subnet}`)?.ip_address)
  }
  for (const { key, fixedIps } of source.ports) {
    const body = bodyOf("port", key)
    for (const [index, { subnet, ipAddress }] of fixedIps.entries())
      if (body !== undefined) check(subnet, ipAddress, body.fixed_ips[index]?.ip_address)
  }
}

t.test("every address of a subnet is in the destination range, at the same offset", async () => {
  forEachTenant(checkAddresses)
})

t.test("the same holds if a subnet of one network is inside a subnet of another", async () => {
  forEachTenant(checkAddresses, mappedTenants({ nested: true }))
})

t.test("every object of the source is planned, or omitted with a reason", async () => {
  forEachTenant(({ source }, plan, { withPorts }) => {
    const told = (kind: KindName) => [
      ...objectsOf(plan, kind).map(({ key }) => key),
      ...plan.omitted.filter((one) => one.kind === kind).map(({ key }) => key),
    ]
    const keys = (objects: readonly { readonly key: string }[]) => objects.map(({ key }) => key)
    const same = (kind: KindName, wanted: readonly string[]) =>
      assert.deepEqual(told(kind).toSorted(), wanted.toSorted(), kind)
    same("network", keys(source.networks))
    same("subnet", keys(source.subnets))
    same("router", keys(source.routers))
    same("security_group", keys(source.securityGroups))
    same(
      "security_group_rule",
      source.securityGroups.flatMap(({ rules }) => keys(rules)),
    )
    same("port", withPorts ? [...keys(source.ports), ...keys(source.ignoredPorts)] : [])
    same(
      "interface",
      source.routers.flatMap(({ key, interfaces }) => interfaces.map(({ subnet }) => `${key}-${subnet}`)),
    )
    same("gateway", keys(source.routers.filter(({ hasGateway }) => hasGateway !== false)))
    assert.equal(
      told("route").length,
      source.routers.reduce((sum, { routes }) => sum + routes.length, 0),
    )
    assert.ok(plan.omitted.every(({ reason }) => reason.length > 0))
  })
})

t.test("no rule admits more than its original, nor another protocol, port or group", async () => {
  forEachTenant(({ source, subnets }, plan) => {
    const wider = new Map(subnets.map(({ src_cidr, dst_cidr }) => [src_cidr, rangeOf(dst_cidr).length]))
    const originals = new Map(
      source.securityGroups.flatMap(({ rules }) => rules.map((rule) => [rule.key, rule])),
    )
    for (const { key, body } of objectsOf(plan, "security_group_rule")) {
      const rule = originals.get(key)
      const remote = rule?.remoteIpPrefix ?? null
      assert.deepEqual(
        [body.protocol, body.port_range_min, body.port_range_max, body.direction, body.ethertype],
        [rule?.protocol, rule?.portMin, rule?.portMax, rule?.direction, rule?.ethertype],
      )
      assert.deepEqual(
        body.remote_group_id,
        rule?.remoteGroup == null ? null : { ref: `security_group/${rule.remoteGroup}` },
      )
      if (remote === null || body.remote_ip_prefix === null) assert.equal(body.remote_ip_prefix, remote)
      else
        assert.equal(
          rangeOf(String(body.remote_ip_prefix)).length,
          wider.get(remote) ?? rangeOf(remote).length,
        )
    }
  })
})
