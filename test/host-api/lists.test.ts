import t from "tap"
import { type DemoApi, logEvent, type Row, withApi } from "./demo-api.ts"

const names = (rows: readonly Row[]) => rows.map(({ name }) => name)
const upperDashed = (uuid: string) => uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-").toUpperCase()

t.test("lists", (t) =>
  withApi(async (api) => {
    await t.test("come in pages", (t) => pages(api, t))
    await t.test("are filtered", (t) => filters(api, t))
    await t.test("are ordered", (t) => ordering(api, t))
    await t.test("contain the requested fields", (t) => fields(api, t))
    await t.test("of events", (t) => events(api, t))
    await t.test("of objects that the host does not have are empty", (t) => nothing(api, t))
  }),
)

async function pages({ get, rows, site }: DemoApi, t: Tap) {
  const all = await rows("openstack-ports/?page_size=300")
  t.ok(all.length > 20, "the demo has more than one page")
  t.equal((await rows("openstack-ports/")).length, 10, "ten rows by default")
  t.strictSame(
    [...(await rows("openstack-ports/?page_size=7")), ...(await rows("openstack-ports/?page_size=7&page=2"))],
    all.slice(0, 14),
    "a page starts after the one before",
  )
  const { headers } = await get("openstack-ports/?page=2&page_size=7")
  t.equal(headers.get("x-result-count"), String(all.length))
  const next = `<${site}/api/openstack-ports/?page=3&page_size=7>; rel="next"`
  t.ok(headers.get("link")?.split(", ").includes(next), "links are absolute")
  const head = await get("openstack-ports/?page_size=7", { method: "HEAD" })
  t.strictSame([head.status, head.body], [200, null], "HEAD has no body")
  t.equal(head.headers.get("x-result-count"), String(all.length), "and the count")
  const beyond = await get("openstack-ports/?page=1000")
  t.strictSame([beyond.status, beyond.body], [404, { detail: "Invalid page." }])
}

async function filters({ get, rows, world, tenant, migration }: DemoApi, t: Tap) {
  const [made] = await rows("openstack-tenants/?page_size=300&name_exact=copy")
  const copy = String(made?.uuid)
  for (const list of [
    "openstack-networks",
    "openstack-subnets",
    "openstack-security-groups",
    "openstack-routers",
    "openstack-ports",
  ]) {
    const found = await rows(`${list}/?tenant_uuid=${upperDashed(copy)}&page_size=300`)
    t.ok(found.length > 0, list)
    t.ok(
      found.every(({ tenant_uuid }) => tenant_uuid === copy),
      "a uuid matches in any spelling",
    )
    const bad = await get(`${list}/?tenant_uuid=zz&customer_uuid=1`)
    t.equal(bad.status, 400)
    const text = ["Enter a valid UUID."]
    t.strictSame(bad.body, { tenant_uuid: text, customer_uuid: text }, "all errors are reported")
    t.strictSame(await rows(`${list}/?tenant_uuid=${"0".repeat(31)}9`), [], "no rows of an unknown tenant")
  }
  const ports = await rows("openstack-ports/?page_size=300")
  t.equal((await rows("openstack-ports/?page_size=300&tenant_uuid=&unknown=1")).length, ports.length)
  const owner = ports.find(({ device_owner }) => device_owner !== "")?.device_owner
  const owned = await rows(`openstack-ports/?page_size=300&device_owner=${owner}`)
  t.equal(owned.length, ports.filter(({ device_owner }) => device_owner === owner).length)
  t.strictSame(await rows("openstack-ports/?status=ACTIVE"), [], "no port has a known status")
  const [network] = await rows("openstack-networks/?direct_only=true&is_external=false")
  const [subnet] = await rows(`openstack-subnets/?network_uuid=${network?.uuid}`)
  t.equal(subnet?.network, network?.url)
  t.strictSame(await rows("openstack-networks/?is_external=true"), [])
  t.strictSame(
    await rows("openstack-networks/?state=ERRED&state=DELETING"),
    [],
    "several states match any of them",
  )
  t.strictSame((await get("openstack-networks/?state=Fine")).body, {
    state: ["Select a valid choice. Fine is not one of the available choices."],
  })
  t.strictSame((await get("openstack-networks/?name=%00")).body, {
    name: ["Null characters are not allowed."],
  })

  const types = (query: string) => rows(`openstack-volume-types/?${query}`)
  const { destination, customer } = world.rows
  const settings = destination.settings.uuid
  t.strictSame(names(await types(`settings_uuid=${settings}`)).toSorted(), [
    "__DEFAULT__",
    "nvme",
    "ssd",
    "standard",
  ])
  t.strictSame(
    await types(`offering_uuid=${destination.offering.uuid}`),
    await types(`settings_uuid=${settings}`),
  )
  t.strictSame(names(await types(`settings_uuid=${settings}&name=S&field=uuid`)), ["ssd", "standard"])
  const { body: own } = await get(`marketplace-resources/${tenant.resourceUuid}/details/`)
  const ofTenant = names(await types(`tenant_uuid=${(own as Row).uuid}`)).toSorted()
  t.strictSame(ofTenant, ["__DEFAULT__", "archive", "ssd", "standard"], "types of a tenant")

  const resources = (query: string) => rows(`marketplace-resources/?${query}`)
  t.strictSame(names(await resources("name_exact=copy&state=OK&offering_type=OpenStack.Tenant")), ["copy"])
  t.strictSame(names(await resources(`offering_uuid=${destination.offering.uuid}`)), ["copy"])
  t.equal(
    (await resources(`customer_uuid=${customer.uuid}&project_uuid=${world.rows.project.uuid}`)).length,
    2,
  )
  t.strictSame(await resources("query=nothing%25"), [])

  const orders = (query: string) => rows(`marketplace-orders/?${query}`)
  const [order] = await orders(
    `resource_uuid=${migration.dst_resource_uuid}&o=-created&state=done&type=Create`,
  )
  t.match(order, {
    type: "Create",
    state: "done",
    marketplace_resource_uuid: migration.dst_resource_uuid,
    created: migration.created,
    created_by_full_name: "Olga Example",
  })
  t.strictSame(await orders(`resource_uuid=${tenant.resourceUuid}`), [], "the source has no order")
}

async function ordering({ rows, get }: DemoApi, t: Tap) {
  const shown = async (o: string) => names(await rows(`marketplace-resources/?${o}`))
  const [source, copy] = await shown("o=created")
  t.equal(copy, "copy", "the oldest first")
  t.strictSame(await shown("o=-created"), [copy, source])
  t.strictSame(await shown("o=state,-created"), [copy, source], "the second decides ties")
  t.strictSame(await shown("o=state&o=-created"), [copy, source], "names may be repeated")
  t.equal((await get("marketplace-resources/?o=unknown")).status, 200, "an unknown name is ignored")
  const offerings = await rows("marketplace-public-offerings/?o=-name&shared=true")
  t.strictSame(names(offerings), ["Private cloud, region B", "Private cloud, region A"])
}

async function fields({ rows, get, migration }: DemoApi, t: Tap) {
  const [resource = {}] = await rows("marketplace-resources/?field=uuid&field=name&field=nonsense&o=-created")
  t.strictSame(resource, { uuid: migration.dst_resource_uuid, name: "copy" })
  const detail = `marketplace-resources/${migration.dst_resource_uuid}/`
  t.strictSame((await get(`${detail}?field=state`)).body, { state: "OK" }, "of one row too")
  t.strictSame(
    (await get(`${detail}?field=nonsense`)).body,
    (await get(detail)).body,
    "all, where none is known",
  )
  t.strictSame((await get(`${detail}offering/?field=name`)).body, { name: "Private cloud, region B" })
  t.strictSame((await get("users/me/?field=username")).body, { username: "owner" })
  const [type = {}] = await rows("openstack-volume-types/?field=uuid")
  t.ok(Object.keys(type).length > 1, "volume types always have all fields")
}

async function events({ rows, world, migration, site, tenant }: DemoApi, t: Tap) {
  const model = { model: "marketplace.resource", table: "marketplace_resource" }
  await logEvent(world, { ...model, uuid: migration.dst_resource_uuid }, "The copy was made.")
  await logEvent(world, { ...model, uuid: migration.dst_resource_uuid }, "The copy was changed.")
  await logEvent(world, { ...model, uuid: tenant.resourceUuid }, "The source was viewed.")
  const messages = async (query: string) =>
    (await rows(`events/?${query}`)).map(({ message }) => String(message).replace(/[0-9a-f]{32}/, "<id>"))
  const scope = `scope=${encodeURIComponent(`${site}/api/marketplace-resources/${migration.dst_resource_uuid}/`)}`
  t.strictSame(
    await messages(scope),
    [
      "The copy was changed.",
      "The copy was made.",
      "Resource copy has been created.",
      "Marketplace resource 'copy' has been changed. Field 'state': from Creating to OK.",
      "Marketplace resource 'copy' has been changed. Field 'backend_id': from  to <id>.",
      "Resource copy creation has been requested.",
    ],
    "the newest first",
  )
  t.strictSame(await messages(`${scope}&message=MADE`), ["The copy was made."])
  t.strictSame(await messages(`${scope}&o=created&page_size=1`), [
    "Resource copy creation has been requested.",
  ])
  t.strictSame(await messages(`${scope}&event_type=nothing`), [])
  t.strictSame(await messages("scope=nowhere"), [], "a URL without a row has none")
  const { stranger } = world.rows.users
  t.strictSame(await rows(`events/?${scope}`, { token: stranger.token }), [], "other users see none")
}

async function nothing({ get }: DemoApi, t: Tap) {
  for (const path of ["lexis-links/?resource_uuid=1", "marketplace-robot-accounts/?resource=x"]) {
    const { status, headers, body } = await get(path)
    t.strictSame([status, body, headers.get("x-result-count")], [200, [], "0"])
    t.equal((await get(path, { method: "HEAD" })).headers.get("x-result-count"), "0")
  }
}

type Tap = Pick<typeof t, "equal" | "ok" | "strictSame" | "match">
