import type { Queryable } from "../waldur/insert.ts"

/** Returns Django's id of a model, which differs between installations. */
export async function contentTypeId(db: Queryable, appLabel: string, model: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    "select id from django_content_type where app_label = $1 and model = $2",
    [appLabel, model],
  )
  if (!rows[0]) throw new Error(`The database has no content type ${appLabel}.${model}.`)
  return rows[0].id
}
