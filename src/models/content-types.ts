import type { Db } from "./database.ts"

/** Returns Django's id of a model. It differs between installations, so it is looked up by name. */
export async function contentTypeId(db: Db, appLabel: string, model: string): Promise<number> {
  const row = await db
    .selectFrom("django_content_type")
    .select("id")
    .where("app_label", "=", appLabel)
    .where("model", "=", model)
    .executeTakeFirstOrThrow(() => new Error(`django_content_type has no row for ${appLabel}.${model}`))
  return row.id
}
