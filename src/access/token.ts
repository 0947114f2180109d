import { apiErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"
import { dashed, parseUuid } from "../models/uuid.ts"
import type { Credentials, User } from "./types.ts"

/**
 * Authenticates a request by Waldur's tokens. `Token k`, `Bearer k` and `Bearer Token k` are accepted; Waldur's
 * JavaScript client sends the latter two. Each request restarts the token's lifetime.
 * @throws ApiError 401; 403 where the impersonated user does not exist
 */
export async function authenticateByToken(db: Db, credentials: Credentials): Promise<User> {
  const key = readKey(credentials.authorization)
  const row = await db
    .selectFrom("authtoken_token as token")
    .innerJoin("core_user as user", "user.id", "token.user_id")
    .select([
      "token.key",
      "token.created",
      "user.id",
      "user.is_staff",
      "user.is_support",
      "user.is_active",
      "user.token_lifetime",
    ])
    .where("token.key", "=", key)
    .executeTakeFirst()
  if (row === undefined) throw apiErrors.unauthenticated("Invalid token.")
  if (!row.is_active) throw apiErrors.unauthenticated("User inactive or deleted.")
  if (row.token_lifetime !== null) {
    const expires = row.created.getTime() + row.token_lifetime * 1000
    if (expires < Date.now()) throw apiErrors.unauthenticated("Token has expired.")
  }
  await db.updateTable("authtoken_token").set({ created: new Date() }).where("key", "=", key).execute()
  const user = { id: row.id, isStaff: row.is_staff, isSupport: row.is_support }
  if (user.isStaff && credentials.impersonated) return impersonate(db, credentials.impersonated)
  return user
}

function readKey(authorization: string | undefined): string {
  const [scheme = "", ...rest] = (authorization ?? "").split(" ").filter((part) => part !== "")
  const known = scheme.toLowerCase() === "token" || scheme.toLowerCase() === "bearer"
  if (!known) throw apiErrors.unauthenticated()
  const parts = rest[0]?.toLowerCase() === "token" ? rest.slice(1) : rest
  const [key, more] = parts
  if (key === undefined) throw apiErrors.unauthenticated("Invalid token. No credentials provided.")
  if (more !== undefined) {
    throw apiErrors.unauthenticated("Invalid token. Token string should not contain spaces.")
  }
  // PostgreSQL rejects a NUL in a text, and no token contains one.
  if (key.includes("\0")) throw apiErrors.unauthenticated("Invalid token.")
  return key
}

async function impersonate(db: Db, uuid: string): Promise<User> {
  const parsed = parseUuid(uuid)
  const row =
    parsed === undefined
      ? undefined
      : await db
          .selectFrom("core_user as user")
          .innerJoin("authtoken_token as token", "token.user_id", "user.id")
          .select(["user.id", "user.is_staff", "user.is_support"])
          .where("user.uuid", "=", dashed(parsed))
          .executeTakeFirst()
  if (row === undefined) throw apiErrors.forbidden()
  return { id: row.id, isStaff: row.is_staff, isSupport: row.is_support }
}
