import t, { type Test } from "tap"
import { type Ask, ask } from "../helpers/http.ts"
import { type FixtureHost, goodBody, tokens, uuids, withFixture } from "./fixture.ts"
import { addPeople, giveMigration, type People, type Who } from "./users.ts"

/**
 * Who may use a migration, by its creator. yes: every request of `onMigration` succeeds, except actions of users who may
 * not order, which are forbidden: the migrations are of a shared offering, for which only a customer's owner may order
 * without a review; no: each gets 404; a number: each gets that status.
 */
const visibility = `
  who                        | sees | changes | one's own | a colleague's | a stranger's
  staff                      | all  | all     | yes       | yes           | yes
  support                    | all  | none    | yes       | yes           | yes
  customer owner             | own  | own     | yes       | no            | no
  project admin              | own  | none    | yes       | no            | no
  project manager            | own  | none    | yes       | no            | no
  project member             | own  | none    | yes       | no            | no
  customer reader            | own  | none    | yes       | no            | no
  owner of another customer  | own  | none    | yes       | no            | no
  owner of the provider      | own  | none    | yes       | no            | no
  offering manager           | own  | none    | yes       | no            | no
  former member              | own  | none    | yes       | no            | no
  member past the date       | own  | none    | yes       | no            | no
  user without a role        | own  | none    | yes       | no            | no
  inactive user              | 401  | 401     | 401       | 401           | 401
  user with an expired token | 401  | 401     | 401       | 401           | 401
  nobody                     | 401  | 401     | 401       | 401           | 401
`

/**
 * The response to a create request, by its contents. yes: 201; review: the order would need the consumer's review;
 * otherwise the fields that refer to what the user does not see, or a status.
 */
const creation = `
  who                        | shared | of the project  | own shared, auto-approved | somebody's private    | foreign source
  staff                      | yes    | yes             | yes                       | closed                | yes
  support                    | review | review          | yes                       | review                | review
  customer owner             | yes    | yes             | yes                       | offering              | source
  project admin              | review | yes             | yes                       | offering              | source
  project manager            | review | yes             | yes                       | offering              | source
  project member             | review | review          | yes                       | offering              | source
  customer reader            | review | review          | yes                       | offering              | source
  owner of another customer  | source | source offering | source                    | source                | yes
  owner of the provider      | source | source offering | source                    | source offering       | source
  offering manager           | source | source          | source                    | source offering       | source
  former member              | source | source offering | source                    | source offering       | source
  member past the date       | review | yes             | yes                       | offering              | source
  user without a role        | source | source offering | source                    | source offering       | source
  inactive user              | 401    | 401             | 401                       | 401                   | 401
  user with an expired token | 401    | 401             | 401                       | 401                   | 401
  nobody                     | 401    | 401             | 401                       | 401                   | 401
`

function readTable(text: string) {
  const [head = [], ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
  return rows.map((cells) => ({
    who: cells[0] as Who,
    cells: cells.slice(1).map((cell, index) => ({ column: head[index + 1] ?? "", cell })),
  }))
}

/** Every request on a migration, with the status that a permitted user gets. The last one deletes it. */
const onMigration = [
  ["GET", "", undefined, 200],
  ["HEAD", "", undefined, 200],
  ["PUT", "", { mappings: {} }, 200],
  ["PATCH", "", {}, 200],
  ["GET", "progress/", undefined, 200],
  ["GET", "objects/", undefined, 200],
  ["GET", "report/", undefined, 200],
  ["HEAD", "report/", undefined, 200],
  ["GET", "report/?format=html", undefined, 200],
  ["POST", "retry/", undefined, 409, "changes"],
  ["POST", "verify/", undefined, 409],
  ["POST", "rollback/", undefined, 409, "changes"],
  ["POST", "run/", undefined, 200],
  ["GET", "events/", undefined, 200],
  ["DELETE", "", undefined, 409],
  ["POST", "cancel/", undefined, 202, "changes"],
  ["DELETE", "", undefined, 204],
] as const

t.test("users see and change their own migrations, staff and support all of them", (t) =>
  withFixture(async (host) => {
    const people = await addPeople(host)
    for (const { who, cells } of readTable(visibility)) {
      const token = people[who]
      const [sees, changes, ...relations] = cells
      for (const { column, cell } of relations) {
        const uuid = await migrationOf(host, people, column, who)
        await seesList(t, host, `${who}, ${column}`, token, sees?.cell ?? "")
        const mayChange = changes?.cell === "all" || (changes?.cell === "own" && column === "one's own")
        for (const [method, path, body, success, kind] of onMigration) {
          // A migration can be deleted only after its end.
          if (success === 204) await end(host)
          const status = await statusOf(`${host.migrations}${uuid}/${path}`, withToken(token, method, body))
          const answered = kind === "changes" && !mayChange ? 403 : success
          const want = cell === "yes" ? answered : cell === "no" ? 404 : Number(cell)
          t.equal(status, want, `${who}: ${method} ${path} of ${column} gets ${want}`)
        }
      }
      const described = await ask(host.migrations, withToken(token, "OPTIONS"))
      t.equal(described.status, sees?.cell === "401" ? 401 : 200, `${who}: OPTIONS`)
    }
  }),
)

async function migrationOf(host: FixtureHost, people: People, relation: string, who: Who): Promise<string> {
  const made = await ask(host.migrations, { method: "POST", token: tokens.staff, body: goodBody })
  const details = made.body as { readonly uuid: string }
  const colleague: Who = who === "project admin" ? "project manager" : "project admin"
  const stranger: Who = who === "owner of another customer" ? "staff" : "owner of another customer"
  const owner = relation === "one's own" ? who : relation === "a colleague's" ? colleague : stranger
  await giveMigration(host, details, people[owner === "nobody" ? "staff" : owner])
  return details.uuid
}

async function seesList(
  t: Test,
  { migrations, pool }: FixtureHost,
  title: string,
  token: string | undefined,
  sees: string,
): Promise<void> {
  const { rows } = await pool.query<{ all: number; own: number }>(
    `select count(*)::int as all, count(*) filter (where created_by_id =
       (select user_id from authtoken_token where key = $1))::int as own
     from waldur_openstack_replication_migration`,
    [token ?? ""],
  )
  for (const method of ["GET", "HEAD"]) {
    const { status, headers } = await ask(`${migrations}?page_size=300`, withToken(token, method))
    const want = sees === "401" ? null : String(sees === "all" ? rows[0]?.all : rows[0]?.own)
    t.equal(status, sees === "401" ? 401 : 200, `${title}: ${method} of the list`)
    t.equal(headers.get("x-result-count"), want, `${title}: ${method} of the list counts ${sees}`)
  }
}

t.test("only users whose order needs no review create a migration, of resources that they see", (t) =>
  withFixture(async (host) => {
    const people = await addPeople(host)
    // The recorded offering of this type has no cloud.
    await host.pool.query(
      "update marketplace_offering set object_id = 2, content_type_id = 4 where id in (8, 9)",
    )
    const bodies: Readonly<Record<string, unknown>> = {
      shared: goodBody,
      "of the project": { src_resource: uuids.source, ...uuids.ofProject },
      "own shared, auto-approved": { src_resource: uuids.source, ...uuids.autoApproved },
      "somebody's private": { src_resource: uuids.source, ...uuids.somebodys },
      "foreign source": { ...goodBody, src_resource: uuids.foreignSource },
    }
    for (const { who, cells } of readTable(creation)) {
      for (const { column, cell } of cells) {
        for (const [path, success] of [
          ["", 201],
          ["preview/", 200],
        ] as const) {
          const asked = withToken(people[who], "POST", bodies[column])
          const { status, body } = await ask(host.migrations + path, asked)
          const title = `${who}: POST ${path} of ${column} is answered: ${cell}`
          if (cell === "yes") t.equal(status, success, title)
          else if (cell === "401") t.equal(status, 401, title)
          else t.strictSame([status, reasonOf(body)], [400, cell], title)
        }
      }
    }
  }),
)

/** Returns the reason of a refusal in the words of the table. */
function reasonOf(body: unknown): string {
  const errors = body as Readonly<Record<string, readonly string[]>>
  if (errors.non_field_errors?.[0] === "User does not have enough permissions to migrate resource.")
    return "review"
  if (errors.dst_offering?.[0]?.includes("is not allowed in organization")) return "closed"
  const unseen = Object.entries(errors).filter(([, texts]) => texts[0]?.endsWith("does not exist."))
  return unseen.map(([field]) => (field.split("_")[1] === "resource" ? "source" : "offering")).join(" ")
}

t.test("only staff write error texts, and only staff and support read tracebacks", (t) =>
  withFixture(async (host) => {
    const made = await ask(host.migrations, {
      method: "POST",
      token: tokens["customer owner"],
      body: goodBody,
    })
    const url = `${host.migrations}${(made.body as { uuid: string }).uuid}/`
    const forged = { error_message: "forged", error_traceback: "forged" }
    for (const [who, message, traceback] of [
      ["customer owner", "", ""],
      ["support", "", ""],
      ["staff", "forged", "forged"],
    ] as const) {
      const { body } = await ask(url, { method: "PATCH", token: tokens[who], body: forged })
      t.match(body, { error_message: message, error_traceback: traceback }, who)
    }
    for (const [who, traceback] of [
      ["customer owner", ""],
      ["support", "forged"],
    ] as const) {
      t.match((await ask(url, { token: tokens[who] })).body, {
        error_message: "forged",
        error_traceback: traceback,
      })
    }
  }),
)

t.test("staff may impersonate another user", (t) =>
  withFixture(async (host) => {
    await ask(host.migrations, { method: "POST", token: tokens.staff, body: goodBody })
    const owner = "000000000000000000000000000a0003"
    for (const [title, token, uuid, status, count] of [
      ["staff sees what an owner sees", tokens.staff, owner, 200, "0"],
      ["and nothing as nobody", tokens.staff, "zz", 403, null],
      ["support stays support", tokens.support, owner, 200, "1"],
      ["a member stays a member", tokens["project member"], "000000000000000000000000000a0001", 200, "0"],
    ] as const) {
      const answer = await ask(host.migrations, { token, headers: { "x-impersonated-user-uuid": uuid } })
      t.strictSame([answer.status, answer.headers.get("x-result-count")], [status, count], title)
    }
  }),
)

function withToken(token: string | undefined, method: string, body?: unknown) {
  return { method, ...(token !== undefined && { token }), ...(body !== undefined && { body }) }
}

/** Returns the status of a response whose body may never end: an event stream. */
async function statusOf(url: string, asked: Ask): Promise<number> {
  if (!url.endsWith("/events/")) return (await ask(url, asked)).status
  const headers = asked.token === undefined ? {} : { authorization: `Token ${asked.token}` }
  const { status, body } = await fetch(url, { headers })
  await body?.cancel()
  return status
}

async function end({ pool }: FixtureHost): Promise<void> {
  await pool.query("update waldur_openstack_replication_migration set state = 3")
}
