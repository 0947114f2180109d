import { randomBytes } from "node:crypto"
import { hashPassword } from "../api/passwords.ts"
import type { Queryable } from "../waldur/insert.ts"
import type { UserRef } from "./rows.ts"

/** What a person types into the sign-in form of a front end. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** Gives a demo user a password. It is shown once, at the start: the database has only its hash. */
export async function createLogin(db: Queryable, { id, username }: UserRef): Promise<Login> {
  const password = randomBytes(8).toString("hex")
  await db.query("update core_user set password = $1 where id = $2", [await hashPassword(password), id])
  return { username, password }
}
