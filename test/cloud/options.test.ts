import t from "tap"
import { type SimulatedCloudOptions, startCloud } from "../../simulator/cloud.ts"
import { gateway } from "../../simulator/server/gateway.ts"
import { signInAdmin } from "./session.ts"
import { madeList, record, refusal } from "./wire.ts"

async function start(
  t: Pick<typeof import("tap").t, "teardown">,
  options: Partial<SimulatedCloudOptions> = {},
) {
  const cloud = await startCloud({ name: "options", ...options })
  t.teardown(() => cloud.close())
  const { admin, authUrl, volumeTypes, externalNetworkIds } = cloud
  const target = { ...admin, authUrl, volumeTypes, externalNetworkId: externalNetworkIds[0] ?? "" }
  return { cloud, signIn: () => signInAdmin(target), session: await signInAdmin(target) }
}

const network = (name: string) => ({ network: { name } })

t.test("the operator's maximum page size also limits lists without a limit", async (t) => {
  const { session } = await start(t, { pageLimit: 2, externalNetworks: 5 })
  const { body } = await session.network("GET", "/networks")
  t.equal(madeList(await session.network("GET", "/networks?limit=4")).length, 2)
  t.match(record(body).networks_links, [{ rel: "next" }, { rel: "previous" }])
})

t.test("a cloud without bulk creation refuses bulk requests", async (t) => {
  const { session } = await start(t, { bulk: false })
  const answer = await session.network("POST", "/networks", { networks: [{}, {}] })
  t.same(refusal(answer), [400, "HTTPBadRequest", "Bulk operation not supported"])
  t.equal((await session.network("POST", "/networks", network("one"))).status, 201)
})

t.test("tenant networks have an MTU 50 bytes below the underlying network's", async (t) => {
  const { session } = await start(t, { mtu: 9000 })
  t.match((await session.network("POST", "/networks", network("n"))).body, { network: { mtu: 8950 } })
})

t.test("region and volume types are those of the options", async (t) => {
  const { cloud, session } = await start(t, { region: "R2", volumeTypes: ["fast"] })
  t.equal(cloud.region, "R2")
  t.match(JSON.stringify(session.answer.body), /"region":"R2"/)
  t.same(Object.keys(cloud.volumeTypes), ["fast", "__DEFAULT__"])
})

t.test("tokens expire by age or are revoked together", async (t) => {
  const { session } = await start(t, { tokenTtlSeconds: 0 })
  t.equal((await session.network("GET", "/networks")).status, 401)
  const { cloud, session: other } = await start(t)
  t.equal((await other.network("GET", "/networks")).status, 200)
  cloud.revokeTokens()
  t.equal((await other.network("GET", "/networks")).status, 401)
})

t.test("calls are counted and delayed", async (t) => {
  const { cloud, session } = await start(t)
  cloud.resetStats()
  cloud.setLatency(30)
  const before = performance.now()
  await session.network("POST", "/networks", network("n"))
  await session.network("GET", `/networks/${cloud.externalNetworkIds[0]}`)
  t.ok(performance.now() - before >= 58)
  t.match(cloud.stats(), {
    calls: 2,
    writes: 1,
    signIns: 0,
    byCall: { "POST network/networks": 1, "GET network/networks/{id}": 1 },
  })
})

t.test("a hook refuses a call or closes its connection before or after the effect", async (t) => {
  const { cloud, session } = await start(t)
  const names = async () =>
    madeList(await session.network("GET", "/networks?fields=name")).map((row) => row.name)
  const post = (name: string) => session.network("POST", "/networks", network(name))

  cloud.onRequest = async ({ service, method, path, body }) => {
    if (method !== "POST") return undefined
    t.same([service, path], ["network", "networks"])
    const { name } = record(record(body).network)
    if (name === "busy") return { status: 503, body: { message: "busy" }, headers: { "retry-after": "1" } }
    return name === "before" ? "drop-before" : "drop-after"
  }
  const busy = await post("busy")
  t.match(busy, { status: 503, body: { message: "busy" } })
  t.equal(busy.headers.get("retry-after"), "1")
  await t.rejects(post("before"))
  await t.rejects(post("after"))
  cloud.onRequest = undefined
  t.same((await names()).sort(), ["after", "public"])
})

t.test("a refused bulk request for ports leaves its allocated addresses taken, as in Zed", async (t) => {
  const { session } = await start(t)
  const { network: send } = session
  const row = (answer: { body: unknown }) => record(Object.values(record(answer.body))[0])
  const { id: network_id } = row(await send("POST", "/networks", network("n")))
  const subnet = { network_id, ip_version: 4, cidr: "10.1.0.0/24" }
  const { id } = row(await send("POST", "/subnets", { subnet }))
  const port = (last: number) => ({ network_id, fixed_ips: [{ ip_address: `10.1.0.${last}` }] })
  await send("POST", "/ports", { port: port(9) })
  t.equal((await send("POST", "/ports", { ports: [port(8), port(9), port(10)] })).status, 409)
  t.equal(madeList(await send("GET", "/ports")).length, 1)
  t.equal((await send("POST", "/ports", { port: port(8) })).status, 409)
  t.equal((await send("POST", "/ports", { port: port(10) })).status, 201)
  for (const one of madeList(await send("GET", "/ports"))) await send("DELETE", `/ports/${one.id}`)
  t.equal((await send("DELETE", `/subnets/${id}`)).status, 204)
  await send("POST", "/subnets", { subnet })
  t.equal((await send("POST", "/ports", { port: port(8) })).status, 201)
})

t.test("1,000 ports and 600 rules are created within 5 seconds", async (t) => {
  const { session } = await start(t)
  const { network: send, projectId } = session
  await send("PUT", `/quotas/${projectId}`, { quota: { port: -1, security_group_rule: -1 } })
  const one = async (path: string, body: object) =>
    record(Object.values(record((await send("POST", path, body)).body))[0])
  const { id: network_id } = await one("/networks", network("large"))
  await one("/subnets", { subnet: { network_id, ip_version: 4, cidr: "10.0.0.0/20" } })
  const { id: security_group_id } = await one("/security-groups", { security_group: { name: "large" } })
  const before = performance.now()
  for (let n = 0; n < 50; n++)
    t.equal(
      (await send("POST", "/ports", { ports: Array.from({ length: 20 }, () => ({ network_id })) })).status,
      201,
    )
  for (let n = 0; n < 12; n++) {
    const rule = (index: number) => {
      const port = n * 50 + index + 1
      return {
        security_group_id,
        direction: "ingress",
        protocol: "tcp",
        port_range_min: port,
        port_range_max: port,
      }
    }
    const security_group_rules = Array.from({ length: 50 }, (_, index) => rule(index))
    t.equal((await send("POST", "/security-group-rules", { security_group_rules })).status, 201)
  }
  t.equal(madeList(await send("GET", "/ports")).length, 1000)
  const took = performance.now() - before
  t.ok(took < 5000, `${Math.round(took)} ms for 1,000 ports and 600 rules`)
})

t.test("a gateway admits the rate and one burst, and refuses other calls", async (t) => {
  const admit = gateway(20)
  const admitted = (now: number, calls: number) =>
    Array.from({ length: calls }, () => admit(now)).filter(Boolean).length
  t.equal(admitted(0, 30), 21, "the first, and a burst of one second's calls")
  t.equal(admitted(500, 30), 10, "half a second later, half as many")
  t.equal(admitted(10_000, 30), 21, "after a pause another burst")
  const { cloud, session } = await start(t)
  cloud.resetStats()
  cloud.setRequestsPerSecond(1)
  const answers = await Promise.all(Array.from({ length: 8 }, () => session.network("GET", "/networks")))
  const refused = answers.filter(({ status }) => status === 429).length
  t.ok(refused > 0, "some are refused")
  t.match(cloud.stats(), { calls: 8, throttled: refused })
  cloud.setRequestsPerSecond(undefined)
  t.equal((await session.network("GET", "/networks")).status, 200)
})

t.test("a missing service is not in the catalog until it is restored", async (t) => {
  const { cloud, signIn } = await start(t)
  cloud.setMissing({ services: ["network"] })
  await t.rejects(signIn().then((session) => session.network("GET", "/networks")))
  cloud.setMissing({})
  t.equal((await (await signIn()).network("GET", "/networks")).status, 200)
})

t.test(
  "without a service plugin Neutron has neither its paths nor the extensions that depend on it",
  async (t) => {
    const { cloud, session } = await start(t)
    cloud.setMissing({ extensions: ["router"] })
    t.same(refusal(await session.network("POST", "/routers", { router: {} })), [
      404,
      "HTTPNotFound",
      "The resource could not be found.",
    ])
    const aliases = madeList(await session.network("GET", "/extensions")).map(({ alias }) => alias)
    t.notOk(aliases.includes("router") || aliases.includes("extraroute"))
    t.ok(aliases.includes("security-group"))
    t.equal((await session.network("GET", "/extensions/router")).status, 404)
    cloud.setMissing({})
    t.equal((await session.network("POST", "/routers", { router: {} })).status, 201)
  },
)
