import { refuses, type Tap, withTenant } from "../suite.ts"
import { call, type Json, made, madeList, none, type Target } from "../wire.ts"

const zeros = "0".repeat(32)
const bad = (message: string) => [400, "badRequest", message] as const
const forbidden = (action: string) =>
  [403, "forbidden", `Policy doesn't allow ${action} to be performed.`] as const

export const serviceQuotas = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "the quotas of compute and volumes", async (t, tenant) => {
    const { admin, projectId } = tenant
    const path = `/os-quota-sets/${projectId}`
    const compute = (quota_set: Json, at = path) => admin.compute("PUT", at, { quota_set })
    const volume = (quota_set: Json) => admin.volume("PUT", path, { quota_set })

    await t.test("compute: they have defaults and are set, detailed and deleted", async (t) => {
      t.match(made(await admin.compute("GET", path)), {
        id: projectId,
        cores: 20,
        instances: 10,
        ram: 51200,
        key_pairs: 100,
      })
      const changed = made(await compute({ cores: 11, ram: 4096 }))
      t.match(changed, { cores: 11, ram: 4096, instances: 10 })
      t.ok(!("id" in changed))
      t.match(made(await tenant.compute("GET", `${path}/detail`)), {
        cores: { limit: 11, in_use: 0, reserved: 0 },
      })
      t.same((await admin.compute("DELETE", path)).status, 202)
      t.match(made(await tenant.compute("GET", path)), { cores: 20 })
    })
    await t.test("volumes: they have three keys for each type", async (t) => {
      const quota = made(await tenant.volume("GET", path))
      t.match(quota, { id: projectId, volumes: 10, snapshots: 10, gigabytes: 1000, backups: 10 })
      for (const name of Object.keys(target.volumeTypes))
        for (const kind of ["volumes", "gigabytes", "snapshots"]) t.same(quota[`${kind}_${name}`], -1)
      const [type = "__DEFAULT__"] = Object.keys(target.volumeTypes)
      t.match(made(await volume({ volumes: 7, [`gigabytes_${type}`]: 70 })), {
        volumes: 7,
        [`gigabytes_${type}`]: 70,
      })
      t.match(made(await tenant.volume("GET", `${path}?usage=True`)), {
        volumes: { limit: 7, in_use: 0, reserved: 0 },
      })
      t.same((await admin.volume("DELETE", path)).status, 200)
      t.match(made(await tenant.volume("GET", path)), { volumes: 10, [`gigabytes_${type}`]: -1 })
    })
    await t.test("volume types are visible to all projects, including __DEFAULT__", async (t) => {
      const seen = madeList(await tenant.volume("GET", "/types"))
      for (const [name, id] of Object.entries(target.volumeTypes))
        t.match(
          seen.find((type) => type.name === name),
          { id, is_public: true },
        )
      t.ok(seen.some((type) => type.name === "__DEFAULT__"))
    })
    await t.test("a private volume type is visible to administrators only", async (t) => {
      const body = { volume_type: { name: tenant.name, "os-volume-type-access:is_public": false } }
      const answer = await admin.volume("POST", "/types", body)
      const { id } = made(answer)
      t.match(answer, {
        status: 200,
        body: { volume_type: { name: tenant.name, is_public: false, extra_specs: {} } },
      })
      const names = async (query: string) =>
        madeList(await admin.volume("GET", `/types${query}`)).map((one) => one.name)
      t.ok(!(await names("")).includes(tenant.name))
      t.ok((await names("?is_public=None")).includes(tenant.name))
      await refuses(t, [
        [
          "the same name again",
          () => admin.volume("POST", "/types", body),
          409,
          "conflictingRequest",
          `Volume Type ${tenant.name} already exists.`,
        ],
        [
          "a tenant looking at it",
          () => tenant.volume("GET", `/types/${id}`),
          404,
          "itemNotFound",
          "Volume type ID could not be found.",
        ],
      ])
      t.same((await admin.volume("DELETE", `/types/${id}`)).status, 202)
    })
    await refuses(t, [
      [
        "compute: a tenant setting them",
        () => tenant.compute("PUT", path, { quota_set: { cores: 7 } }),
        ...forbidden("os_compute_api:os-quota-sets:update"),
      ],
      [
        "compute: an unknown key",
        () => compute({ colour: 7 }),
        ...bad(
          "Invalid input for field/attribute quota_set. Value: {'colour': 7}. Additional properties are not allowed ('colour' was unexpected)",
        ),
      ],
      [
        "compute: less than -1",
        () => compute({ cores: -2 }),
        ...bad("Invalid input for field/attribute cores. Value: -2. -2 is less than the minimum of -1"),
      ],
      [
        "compute: no such project",
        () => compute({ cores: 7 }, `/os-quota-sets/${zeros}`),
        ...bad("Project ID PROJECT is not a valid project."),
      ],
      [
        "volumes: a tenant setting them",
        () => tenant.volume("PUT", path, { quota_set: { volumes: 7 } }),
        ...forbidden("volume_extension:quotas:update"),
      ],
      [
        "volumes: no such type",
        () => volume({ gigabytes_none: 7 }),
        ...bad("Invalid input received: Bad key(s) in quota set: gigabytes_none"),
      ],
      ["volumes: less than no limit", () => volume({ volumes: -2 }), ...bad("volumes must be >= -1")],
      [
        "volumes: a tenant creating a type",
        () => tenant.volume("POST", "/types", { volume_type: { name: "z" } }),
        ...forbidden("volume_extension:type_create"),
      ],
      [
        "volumes: no such volume",
        () => tenant.volume("GET", `/volumes/${none}`),
        404,
        "itemNotFound",
        "Volume ID could not be found.",
      ],
      [
        "volumes: another project in the path",
        () => call("GET", volumesOf(admin.answer.body, admin.projectId), tenant.token),
        ...bad("Malformed request url"),
      ],
    ])
  })

/** Returns the URL of the volume service in the administrator's catalog. */
function volumesOf(body: unknown, projectId: string): string {
  const found = JSON.stringify(body).match(new RegExp(`"(http[^"]*/v3/${projectId})"`))
  return `${found?.[1]}/types`
}
