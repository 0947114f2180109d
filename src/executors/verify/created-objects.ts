import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import type { Extra } from "../../models/own-tables.ts"
import type { Work } from "../stage/apply.ts"
import { loadWorks } from "../stage/items.ts"

/** What a migration has made, or taken, and not removed. */
export interface Standing {
  readonly parts: readonly { readonly kind: AnyKind; readonly done: readonly Work[] }[]
  /** Names by the cloud's ids. */
  readonly ours: ReadonlyMap<string, string>
}

export async function loadStanding(db: Db, migration: number): Promise<Standing> {
  const parts = await Promise.all(
    kinds.map(async (kind) => {
      const { works } = await loadWorks(db, kind, migration)
      return { kind, done: works.filter((work) => work.backendId !== null) }
    }),
  )
  const ours = new Map(
    parts.flatMap(({ done }) => done.map(({ backendId, name }) => [backendId ?? "", name] as const)),
  )
  return { parts, ours }
}

/** What is there of a kind and is none of ours, nor the cloud's own. */
export function foreignOf(
  kind: AnyKind,
  actual: readonly unknown[],
  done: readonly Work[],
  ours: ReadonlyMap<string, string>,
): readonly Extra[] {
  const own = new Set(done.map(({ backendId }) => backendId))
  return [...new Map(actual.map((one) => [kind.id(one), one]))].flatMap(([id, one]) => {
    const name = own.has(id) ? undefined : kind.foreign?.(one, ours)
    return name === undefined ? [] : [{ kind: kind.name, id, name }]
  })
}
