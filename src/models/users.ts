import type { Db } from "./database.ts"

/** A person's name, for people to read. */
export async function personName(db: Db, userId: number): Promise<string> {
  const user = await db
    .selectFrom("core_user")
    .select(["first_name", "last_name"])
    .where("id", "=", userId)
    .executeTakeFirst()
  return [user?.first_name, user?.last_name].filter(Boolean).join(" ") || "a user without a name"
}
