import type { Db } from "./database.ts"

/** A user's full name, as events and messages show it. */
export async function displayName(db: Db, userId: number): Promise<string> {
  const user = await db
    .selectFrom("core_user")
    .select(["first_name", "last_name"])
    .where("id", "=", userId)
    .executeTakeFirst()
  return [user?.first_name, user?.last_name].filter(Boolean).join(" ") || "an unnamed user"
}
