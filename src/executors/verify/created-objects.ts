import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import type { UnmanagedObject } from "../../models/own-tables.ts"
import type { StageItem } from "../stage/apply.ts"
import { loadItems } from "../stage/items.ts"

/** What a migration has made, or taken, and not removed. */
export interface CreatedObject {
  readonly parts: readonly { readonly kind: AnyKind; readonly done: readonly StageItem[] }[]
  /** Names by the cloud's ids. */
  readonly ours: ReadonlyMap<string, string>
}

export async function loadCreated(db: Db, migration: number): Promise<CreatedObject> {
  const parts = await Promise.all(
    kinds.map(async (kind) => {
      const { items } = await loadItems(db, kind, migration)
      return { kind, done: items.filter((item) => item.backendId !== null) }
    }),
  )
  const ours = new Map(
    parts.flatMap(({ done }) => done.map(({ backendId, name }) => [backendId ?? "", name] as const)),
  )
  return { parts, ours }
}

/** What is there of a kind and is none of ours, nor the cloud's own. */
export function unmanagedIn(
  kind: AnyKind,
  actual: readonly unknown[],
  done: readonly StageItem[],
  ours: ReadonlyMap<string, string>,
): readonly UnmanagedObject[] {
  const own = new Set(done.map(({ backendId }) => backendId))
  return [...new Map(actual.map((one) => [kind.api.id(one), one]))].flatMap(([id, one]) => {
    const name = own.has(id) ? undefined : kind.verify.unmanagedName?.(one, ours)
    return name === undefined ? [] : [{ kind: kind.name, id, name }]
  })
}
