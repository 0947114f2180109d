import { hash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type pg from "pg"
import t from "tap"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { ended, withMarketplace } from "./marketplace.ts"
import { migrationsOf, startExample } from "./process.ts"

/** Waldur's tables of users' tokens and permissions. */
const waldursOwn =
  "authtoken_token, permissions_userrole, permissions_rolepermission, marketplace_plan_organization_groups"

async function createUsers(pool: pg.Pool, projectId: number): Promise<void> {
  await pool.query("drop table core_user cascade")
  await pool.query(await readFile(join(import.meta.dirname, "../../examples/own-permissions.sql"), "utf8"))
  for (const [name, mayOrder, operator] of [
    ["orderer", true, false],
    ["reader", false, false],
    ["stranger", undefined, false],
    ["operator", undefined, true],
  ] as const) {
    const { rows } = await pool.query<{ id: number }>(
      "insert into accounts.person (full_name, is_operator) values ($1, $2) returning id",
      [name, operator],
    )
    const id = rows[0]?.id
    await pool.query("insert into accounts.api_key values ($1, $2)", [hash("sha256", name, "buffer"), id])
    if (mayOrder !== undefined) {
      await pool.query("insert into accounts.membership values ($1, $2, $3)", [id, projectId, mayOrder])
    }
  }
}

t.test("a host with its own users and permissions works without Waldur's tables of them", (t) =>
  withMarketplace(async ({ url, pool, rows, body }) => {
    await pool.query(`drop table ${waldursOwn} cascade`)
    await createUsers(pool, rows.project.id)
    await using host = startExample("own-permissions.ts", url)
    const migrations = await migrationsOf(host)
    const as = (name: string) => ({ headers: { authorization: `ApiKey ${name}` } })
    const post = (name: string) => ask(migrations, { method: "POST", body, ...as(name) })

    for (const [title, headers, detail] of [
      ["a request without a key", {}, "Send a header such as Authorization: ApiKey <key>."],
      ["a token of Waldur", { authorization: `Token ${rows.users.owner.token}` }, /^Send a header/],
      ["an unknown key", { authorization: "ApiKey guessed" }, "This API key is not known."],
    ] as const) {
      t.match(await ask(migrations, { headers }), { status: 401, body: { detail } }, `${title} is refused`)
    }

    t.match(
      await post("stranger"),
      { status: 400, body: { src_resource: [/does not exist/] } },
      "a user who is not a member does not see the source",
    )
    t.match(
      await post("reader"),
      { status: 400, body: { non_field_errors: [/not have enough permissions/] } },
      "a member who may not order may not request a migration",
    )

    const created = await post("orderer")
    t.equal(created.status, 201, "a member who may order may request one")
    const details = created.body as MigrationDetails
    t.equal(details.created_by_full_name, "orderer", "the name is that of the host's own table")
    const address = `${migrations}${details.uuid}/`
    t.match(await ended(address, "ApiKey orderer"), { state: "OK", dst_resource_state: "OK" })

    t.equal((await ask(address, as("reader"))).status, 404, "other members do not see the migration")
    t.equal((await ask(address, as("operator"))).status, 200, "operators do")
    t.equal(await host.end(), 0)
  }),
)
