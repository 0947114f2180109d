import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import type { UnmanagedObject } from "../../models/own-tables.ts"
import { loadItems, type StageItem } from "../stage/items.ts"

/** The objects that a migration has created or matched, and not removed. */
export interface CreatedObjects {
  readonly parts: readonly { readonly kind: AnyKind; readonly items: readonly StageItem[] }[]
  /** Their names, by the cloud's ids. */
  readonly names: ReadonlyMap<string, string>
}

export async function loadCreated(db: Db, migrationId: number): Promise<CreatedObjects> {
  const parts = await Promise.all(
    kinds.map(async (kind) => {
      const { items } = await loadItems(db, kind, migrationId)
      return { kind, items: items.filter(({ backendId }) => backendId !== null) }
    }),
  )
  const names = new Map(
    parts.flatMap(({ items }) => items.map(({ backendId, name }) => [backendId ?? "", name] as const)),
  )
  return { parts, names }
}

/** Returns the objects of a kind that the migration did not create, without those that the cloud creates by itself. */
export function findUnmanaged(
  kind: AnyKind,
  actual: readonly unknown[],
  items: readonly StageItem[],
  names: CreatedObjects["names"],
): readonly UnmanagedObject[] {
  const created = new Set(items.map(({ backendId }) => backendId))
  const byId = new Map(actual.map((object) => [kind.api.id(object), object]))
  return [...byId].flatMap(([id, object]) => {
    const name = created.has(id) ? undefined : kind.verify.unmanagedName?.(object, names)
    return name === undefined ? [] : [{ kind: kind.name, id, name }]
  })
}
