import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"

/** What the generated functions take and answer, as far as the journey looks. */
interface Request {
  readonly body?: unknown
  readonly path?: { readonly uuid: string }
  readonly query?: Readonly<Record<string, unknown>>
}

interface Migration {
  readonly uuid: string
  readonly state: string
  readonly src_resource_uuid: string
  readonly dst_resource_uuid: string
  readonly mappings: Readonly<Record<string, unknown>>
}

type Call = (request?: Request) => Promise<{ readonly data: unknown; readonly response: Response }>

/** A module that the generator made. */
export interface GeneratedModule {
  readonly openstackMigrationsCreate: Call
  readonly openstackMigrationsRetrieve: Call
  readonly openstackMigrationsList: Call
  readonly openstackMigrationsCount: Call
  readonly openstackMigrationsUpdate: Call
  readonly openstackMigrationsPartialUpdate: Call
  readonly openstackMigrationsDestroy: Call
}

export interface Client {
  setConfig(config: {
    readonly baseUrl: string
    readonly auth: ((auth: { readonly scheme?: string }) => string | undefined) | undefined
  }): unknown
}

/** The reference host's line of JSON. */
export interface Facts {
  readonly url: string
  readonly tokens: { readonly staff: string; readonly owner: string; readonly stranger: string }
  readonly src_resource: string
  readonly dst_offering: string
  readonly dst_plan: string
  readonly other_plan: string
  readonly networks: readonly string[]
}

/** What a call throws: the client throws the answer's body itself. */
async function thrown(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: "nothing was thrown" })
}

const unknown = "00000000-0000-0000-0000-000000000009"

/** create → poll → list with filters → count → put, patch → destroy, and every sort of refusal. */
export async function journey(sdk: GeneratedModule, client: Client, facts: Facts): Promise<void> {
  const { url: baseUrl, tokens } = facts
  const passed = (rule: string) => process.stdout.write(`ok - ${rule}\n`)
  const as = (token: string) => client.setConfig({ baseUrl, auth: () => `Token ${token}` })
  const good = {
    src_resource: facts.src_resource,
    dst_offering: facts.dst_offering,
    dst_plan: facts.dst_plan,
  }

  const forms: readonly (readonly [string, Parameters<Client["setConfig"]>[0]["auth"]])[] = [
    ["Bearer", () => tokens.owner],
    ["Bearer Token", () => `Token ${tokens.owner}`],
    ["Token", ({ scheme }) => (scheme === "bearer" ? undefined : `Token ${tokens.owner}`)],
  ]
  for (const [form, auth] of forms) {
    client.setConfig({ baseUrl, auth })
    assert.equal((await sdk.openstackMigrationsList()).response.status, 200)
    passed(`signs in with ${form}`)
  }
  client.setConfig({ baseUrl, auth: () => "0".repeat(40) })
  assert.deepEqual(await thrown(sdk.openstackMigrationsList()), { detail: "Invalid token." })
  client.setConfig({ baseUrl, auth: undefined })
  assert.deepEqual(await thrown(sdk.openstackMigrationsList()), {
    detail: "Authentication credentials were not provided.",
  })
  passed("is told why it cannot sign in")

  as(tokens.owner)
  const mappings = { networks: facts.networks.slice(0, 1), skip_connection_extnet: true, volume_types: [] }
  const created = await sdk.openstackMigrationsCreate({ body: { ...good, name: "by JavaScript", mappings } })
  assert.equal(created.response.status, 201)
  const { uuid } = created.data as Migration
  passed("creates")

  let seen = created.data as Migration
  while (seen.state !== "OK" && seen.state !== "ERRED") {
    await sleep(100)
    seen = (await sdk.openstackMigrationsRetrieve({ path: { uuid } })).data as Migration
  }
  assert.equal(seen.state, "OK")
  // The networks are part of the plan; the record of the request holds what Waldur's schema has.
  const { networks: _, ...recorded } = mappings
  assert.deepEqual(seen.mappings, { ...recorded, sync_instance_ports: false })
  passed("polls until OK")

  await sdk.openstackMigrationsCreate({ body: good })
  const filters = { dst_resource_uuid: seen.dst_resource_uuid, src_resource_uuid: facts.src_resource }
  const listed = await sdk.openstackMigrationsList({ query: { ...filters, page: 1, page_size: 10 } })
  assert.deepEqual(
    (listed.data as readonly Migration[]).map((one) => one.uuid),
    [uuid],
  )
  const all = await sdk.openstackMigrationsList({ query: { page_size: 1 } })
  assert.match(all.response.headers.get("link") ?? "", /\/\?page=2&page_size=1>; rel="next"/)
  passed("lists with filters and pages")

  const counted = await sdk.openstackMigrationsCount({ query: filters })
  assert.equal(counted.response.headers.get("x-result-count"), "1")
  passed("counts")

  const put = await sdk.openstackMigrationsUpdate({ path: { uuid }, body: { mappings: {} } })
  assert.deepEqual((put.data as Migration).mappings, {
    skip_connection_extnet: false,
    sync_instance_ports: false,
  })
  const patched = await sdk.openstackMigrationsPartialUpdate({ path: { uuid }, body: { mappings } })
  assert.deepEqual((patched.data as Migration).mappings, { ...recorded, sync_instance_ports: false })
  assert.equal((await sdk.openstackMigrationsPartialUpdate({ path: { uuid } })).response.status, 200)
  passed("updates, also with no body")

  const required = ["This field is required."]
  const refusals: readonly (readonly [unknown, unknown])[] = [
    [{}, { src_resource: required, dst_offering: required, dst_plan: required }],
    [{ ...good, name: "" }, { name: ["This field may not be blank."] }],
    [
      { ...good, dst_plan: facts.other_plan },
      { dst_plan: ["This plan is not available for selected offering."] },
    ],
    [{ ...good, src_resource: unknown }, { src_resource: [`Object with uuid=${unknown} does not exist.`] }],
    [
      { ...good, mappings: { subnets: [{ src_cidr: "10.20.0.0/24", dst_cidr: "8.8.8.0/24" }] } },
      { mappings: { subnets: [{ dst_cidr: ["A private network CIDR is expected."] }] } },
    ],
  ]
  for (const [body, errors] of refusals) {
    assert.deepEqual(await thrown(sdk.openstackMigrationsCreate({ body })), errors)
  }
  assert.deepEqual(await thrown(sdk.openstackMigrationsList({ query: { src_resource_uuid: "zz" } })), {
    src_resource_uuid: ["Enter a valid UUID."],
  })
  assert.deepEqual(await thrown(sdk.openstackMigrationsList({ query: { page: 99 } })), {
    detail: "Invalid page.",
  })
  passed("throws the reasons of a refusal")

  const gone = { detail: "No Migration matches the given query." }
  as(tokens.stranger)
  assert.deepEqual(await thrown(sdk.openstackMigrationsRetrieve({ path: { uuid } })), gone)
  assert.deepEqual(await thrown(sdk.openstackMigrationsDestroy({ path: { uuid } })), gone)
  assert.deepEqual((await sdk.openstackMigrationsList()).data, [])
  passed("sees nothing of somebody else's")

  as(tokens.owner)
  assert.equal((await sdk.openstackMigrationsDestroy({ path: { uuid } })).response.status, 204)
  assert.deepEqual(await thrown(sdk.openstackMigrationsRetrieve({ path: { uuid } })), gone)
  passed("destroys")
}
