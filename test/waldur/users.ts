import { insertRef, insertRow } from "../../host/waldur/insert.ts"
import { type FixtureHost, tokens } from "./fixture.ts"

const others = [
  "former member",
  "member past the date",
  "offering manager",
  "user without a role",
  "user with an expired token",
] as const

export type Who = keyof typeof tokens | (typeof others)[number] | "nobody"

/** Tokens of users with different rights; `nobody` has none. */
export type People = Readonly<Record<Who, string | undefined>>

/** Adds users that the fixture lacks. */
export async function addPeople({ pool }: FixtureHost): Promise<People> {
  const made = new Map<string, { readonly id: number; readonly token: string }>()
  for (const [index, name] of others.entries()) {
    const user = await insertRef(pool, "core_user", {
      username: `other-${index}`,
      registration_method: "default",
      is_active: true,
      affiliations: [],
    })
    const token = `f${index}`.repeat(20)
    await insertRow(pool, "authtoken_token", { key: token, user_id: user.id })
    made.set(name, { id: user.id, token })
  }
  const give = (name: string, role: number, rest: Readonly<Record<string, unknown>>) =>
    insertRow(pool, "permissions_userrole", { user_id: made.get(name)?.id, role_id: role, ...rest })
  const admin = { content_type_id: 2, object_id: 1 }
  await give("former member", 4, { ...admin, is_active: false })
  // Waldur's daily job deactivates such rows; until then they count.
  await give("member past the date", 4, { ...admin, is_active: true, expiration_time: "2020-01-01" })
  await give("offering manager", 7, { content_type_id: 3, object_id: 3, is_active: true })
  await pool.query("update core_user set token_lifetime = 60 where username = 'other-4'")
  await pool.query("update authtoken_token set created = now() - interval '1 hour' where key = $1", [
    made.get("user with an expired token")?.token,
  ])
  const tokenOf = (name: string) => made.get(name)?.token
  return {
    ...tokens,
    "former member": tokenOf("former member"),
    "member past the date": tokenOf("member past the date"),
    "offering manager": tokenOf("offering manager"),
    "user without a role": tokenOf("user without a role"),
    "user with an expired token": tokenOf("user with an expired token"),
    nobody: undefined,
  }
}

/** Creates a migration and changes its creator: users keep their migrations when they lose the right to create more. */
export async function giveMigration(
  { pool }: FixtureHost,
  details: { readonly uuid: string },
  token: string | undefined,
): Promise<void> {
  await pool.query(
    `update waldur_openstack_replication_migration set created_by_id =
       (select user_id from authtoken_token where key = $2) where uuid = $1`,
    [details.uuid, token],
  )
}
