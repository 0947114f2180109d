import { refuses, type Tap, withTenant } from "../suite.ts"
import { idOf, type Json, none, record, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const

export const lists = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "lists", async (t, tenant) => {
    const names = ["a", "b", "c", "d", "e"]
    const rows: Json[] = []
    for (const name of names) rows.push(await tenant.make("networks", { name, admin_state_up: name !== "a" }))
    const mine = `project_id=${tenant.projectId}`
    const list = (query: string) => tenant.list(`networks?${mine}&${query}`)

    await t.test("are in the order of ids, not of creation", async (t) => {
      const seen = (await list("fields=id")).map(idOf)
      t.same(seen, rows.map(idOf).sort())
    })
    await t.test("contain the requested fields", async (t) => {
      const seen = await list("fields=id&fields=name&fields=colour")
      t.same(Object.keys(seen[0] ?? {}).sort(), ["id", "name"])
    })
    for (const [title, query, wanted] of [
      ["by one value", "name=b", ["b"]],
      ["by any of several values", "name=b&name=c&name=nothing", ["b", "c"]],
      ["by a switch", "admin_state_up=False", ["a"]],
      ["by several members", "name=a&admin_state_up=true", []],
      ["sorted upwards", "sort_key=name&sort_dir=asc", names],
      ["sorted downwards", "sort_key=name&sort_dir=desc", names.toReversed()],
    ] as const)
      await t.test(`are returned ${title}`, async (t) => {
        const seen = (await list(query)).map((row) => row.name)
        t.same(title.startsWith("sorted") ? seen : seen.sort(), wanted)
      })
    await t.test("are paged, with a link to the next page", async (t) => {
      const seen: unknown[] = []
      let path: string | undefined =
        `/networks?${mine}&limit=2&sort_key=name&sort_dir=asc&fields=id&fields=name`
      while (path !== undefined) {
        const body = record((await tenant.network("GET", path)).body)
        const page = [body.networks].flat().map(record)
        seen.push(...page.map((row) => row.name))
        t.ok(page.length <= 2)
        const next = [body.networks_links]
          .flat()
          .map(record)
          .find(({ rel }) => rel === "next")
        path = next && String(next.href).slice(String(next.href).indexOf("/networks"))
      }
      t.same(seen, names)
    })
    await t.test("find ports by address, subnet and group", async (t) => {
      const [network] = rows
      const subnet = await tenant.make("subnets", {
        network_id: network?.id,
        ip_version: 4,
        cidr: "10.1.0.0/24",
      })
      const port = await tenant.make("ports", {
        network_id: network?.id,
        device_id: "d",
        fixed_ips: [{ ip_address: "10.1.0.9" }],
      })
      const [group] = [port.security_groups].flat()
      for (const query of [
        "fixed_ips=ip_address%3D10.1.0.9",
        `fixed_ips=subnet_id%3D${subnet.id}`,
        `security_groups=${group}`,
        "device_id=d",
        `network_id=${network?.id}`,
      ])
        t.same((await tenant.list(`ports?${query}`)).map(idOf), [port.id], query)
      t.same(await tenant.list("ports?device_id=nothing"), [])
    })
    const get = (query: string) => () => tenant.network("GET", `/networks?${query}`)
    await refuses(t, [
      ["a filter that is none", get("colour=red"), ...bad("['colour'] is invalid attribute for filtering")],
      ["an unknown filter", get("subnets=x"), ...bad("['subnets'] is invalid attribute for filtering")],
      [
        "a sort key without a direction",
        get("sort_key=name"),
        ...bad("The number of sort_keys and sort_dirs must be same"),
      ],
      [
        "a sort key that is none",
        get("sort_key=colour&sort_dir=asc"),
        ...bad("['colour'] is invalid attribute for sort_keys"),
      ],
      [
        "a direction that is none",
        get("sort_key=name&sort_dir=up"),
        ...bad("['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"),
      ],
      [
        "a limit that is none",
        get("limit=x"),
        400,
        "BadRequest",
        "Bad limit request: Limit must be an integer 0 or greater and not 'x'.",
      ],
      [
        "a page after an unknown marker",
        get(`limit=1&marker=${none}`),
        404,
        "NetworkNotFound",
        "Network ID could not be found.",
      ],
      [
        "a path that is none",
        () => tenant.network("GET", "/nothing"),
        404,
        "HTTPNotFound",
        "The resource could not be found.",
      ],
    ])
    await t.test("contain the extensions", async (t) => {
      const aliases = (await tenant.list("extensions")).map((row) => row.alias)
      const used = [
        "router",
        "security-group",
        "quotas",
        "standard-attr-tag",
        "project-id",
        "pagination",
        "extraroute",
      ]
      t.same(
        used.filter((alias) => !aliases.includes(alias)),
        [],
      )
    })
  })
