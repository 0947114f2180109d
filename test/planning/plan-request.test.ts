import t from "tap"
import { planRequest } from "../../src/executors/plan/plan-request.ts"
import type { ValidRequest } from "../../src/executors/plan/request.ts"
import { bodiesOf, mappings, network, objectsOf, router, subnet, tenant } from "./builders.ts"

interface Wanted {
  readonly limits?: Readonly<Record<string, number | null>>
  readonly volumeTypes?: ValidRequest["volumeTypes"]
  readonly dstVolumeTypes?: readonly string[]
}

const request = ({ limits = {}, volumeTypes = [], dstVolumeTypes = [] }: Wanted): ValidRequest => ({
  ...{ userId: 1, srcTenantId: 1, srcSettingsId: 1, projectId: 1, customerId: 1 },
  ...{ dstOfferingId: 2, dstPlanId: 2, dstSettingsId: 2, mappings: {}, networkIds: undefined, cidrs: [] },
  srcResource: { id: 1, name: "source", description: "", limits },
  name: "replica",
  description: "",
  volumeTypes,
  dstVolumeTypes,
  externalNetworkId: null,
  staticRoutes: "reachable",
  withPorts: false,
})

const planned = (wanted: Wanted, quotas: Readonly<Record<string, number>> = {}) =>
  planRequest(request(wanted), tenant({ networks: [network("net")], quotas }), {
    username: "replica-user",
    marker: "marker",
  })

const quotaValues = (wanted: Wanted, quotas?: Readonly<Record<string, number>>) =>
  Object.fromEntries(bodiesOf(planned(wanted, quotas), "quota").map((body) => [body.service, body.values]))

t.test("limits become the services' quotas, and counts come from the source tenant", async (t) => {
  const limits = { cores: 4, ram: 2048, storage: 10_240 }
  t.same(quotaValues({ limits }, { volumes: 5, network_count: 3, security_group_count: 0 }), {
    network: { network: 3, security_group: 0 },
    compute: { cores: 4, ram: 2048 },
    volume: { volumes: 5, gigabytes: 10 },
  })
})

t.test("a volume type without a limit gets quota 0", async (t) => {
  const mapped = [{ src: "ssd", dst: "fast" }]
  const wanted = { limits: { gigabytes_ssd: 7 }, volumeTypes: mapped, dstVolumeTypes: ["fast", "slow"] }
  t.same(quotaValues(wanted).volume, { gigabytes: 7, gigabytes_fast: 7, gigabytes_slow: 0 })
})

t.test("an omitted limit is recorded with its value and the reason", async (t) => {
  const { omitted, limits } = planned({ limits: { cores: 1, gigabytes_ssd: 7 }, dstVolumeTypes: ["slow"] })
  t.match(omitted, [
    { kind: "quota", key: "gigabytes_ssd", name: "gigabytes_ssd = 7", reason: /no volume type "ssd"/ },
  ])
  t.strictSame(limits.limits, { cores: 1 })
})

t.test(
  "a source that is limited per type gives no unlimited type, not even where its own types are lost",
  async (t) => {
    const values = quotaValues({ limits: { gigabytes_ssd: 7 }, dstVolumeTypes: ["slow"] })
    t.match(values.volume, { gigabytes_slow: 0 })
  },
)

t.test("the plan has the names of the request and the objects of the source", async (t) => {
  const plan = planned({})
  t.match(bodiesOf(plan, "project"), [{ name: "replica", marker: "marker" }])
  t.match(bodiesOf(plan, "user"), [{ name: "replica-user" }])
  t.strictSame(
    objectsOf(plan, "network").map(({ key }) => key),
    ["net"],
  )
})

t.test("subnets of two networks may overlap in the destination, unless a router joins them", async (t) => {
  const subnets = [subnet("a"), subnet("b", { network: "other", cidr: "10.2.0.0/24", gatewayIp: "10.2.0.1" })]
  const cidrs = mappings("10.1.0.0/24 → 10.9.0.0/24", "10.2.0.0/24 → 10.9.0.0/24")
  const interfaces = [
    { subnet: "a", ipAddress: "10.1.0.1" },
    { subnet: "b", ipAddress: "10.2.0.1" },
  ]
  const source = (routers: readonly ReturnType<typeof router>[]) =>
    tenant({ networks: [network("net"), network("other")], subnets, routers })
  const planOfAll = (routers: readonly ReturnType<typeof router>[]) =>
    planRequest({ ...request({}), cidrs }, source(routers), { username: "u", marker: "m" })
  t.strictSame(bodiesOf(planOfAll([]), "subnet", "cidr"), ["10.9.0.0/24", "10.9.0.0/24"])
  t.doesNotThrow(() =>
    planOfAll([
      router("one", { interfaces: interfaces.slice(0, 1) }),
      router("two", { interfaces: interfaces.slice(1) }),
    ]),
  )
  t.throws(() => planOfAll([router("r", { interfaces })]), {
    code: "CIDR_MAPPING",
    message: /^Router r connects .*10\.9\.0\.0\/24.* overlap after the mapping/,
  })
})
