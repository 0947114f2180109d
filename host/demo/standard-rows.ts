import { readFileSync } from "node:fs"
import { insertRow, insertRows, type Queryable } from "../waldur/insert.ts"

interface StandardRows {
  /** `app_label.model` */
  readonly contentTypes: readonly string[]
  readonly roles: readonly {
    readonly name: string
    readonly description: string
    readonly scope: string
    readonly permissions: readonly string[]
  }[]
}

/** Ids of rows that every Waldur installation has, by name. The ids differ between installations. */
export interface StandardIds {
  readonly contentTypes: Readonly<Record<string, number>>
  readonly roles: Readonly<Record<string, number>>
}

/** Inserts the content types and the standard roles with their permissions. */
export async function createStandardRows(db: Queryable): Promise<StandardIds> {
  const standard = readStandardRows()
  const labels = standard.contentTypes.map((name) => name.split("."))
  const typeRows = labels.map(([app_label, model]) => ({ app_label, model }))
  const typeIds = await insertRows(db, "django_content_type", typeRows)
  const contentTypes = zip(standard.contentTypes, typeIds)
  const roles: Record<string, number> = {}
  for (const { name, description, scope, permissions } of standard.roles) {
    const role = await insertRow(db, "permissions_role", {
      name,
      description,
      description_en: description,
      content_type_id: contentTypes[scope],
      is_system_role: true,
      is_active: true,
    })
    roles[name] = role
    const rows = permissions.map((permission) => ({ permission, role_id: role }))
    await insertRows(db, "permissions_rolepermission", rows)
  }
  return { contentTypes, roles }
}

function readStandardRows(): StandardRows {
  return JSON.parse(readFileSync(new URL("standard-rows.json", import.meta.url), "utf8"))
}

function zip(names: readonly string[], ids: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, ids[index] ?? 0]))
}
