import type { ObjectHooks } from "../../handlers/index.ts"
import type { AnyKind, RowContext } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import type { Planned } from "../../planning/plan.ts"

/** Ids of the host rows of planned objects, by `kind/key`. */
export type RowIds = Map<string, number>

/** Returns what the rows of a tenant's objects are inserted with. @param rowIds the rows that they may refer to */
export function rowContext(owner: Omit<RowContext, "rowId">, rowIds: Readonly<RowIds>): RowContext {
  return {
    ...owner,
    rowId({ ref }) {
      const id = rowIds.get(ref)
      if (id === undefined) throw new Error(`no host row for ${ref}`)
      return id
    },
  }
}

/**
 * Inserts the host rows of objects of one kind, where the kind has any, and adds their ids to `rowIds`.
 * @returns how many of them Waldur counts as resources of its project
 */
export async function insertObjectRows(
  context: RowContext,
  rowIds: RowIds,
  kind: AnyKind,
  objects: readonly Planned<unknown>[],
): Promise<number> {
  const ids = (await kind.rows?.insert?.(context, objects)) ?? []
  for (const [index, { key }] of objects.entries()) {
    const id = ids[index]
    if (id !== undefined) rowIds.set(`${kind.name}/${key}`, id)
  }
  return kind.rows?.table === undefined ? 0 : objects.length
}

/** Calls the handlers for the host rows of new objects of one kind, where the kind has any. */
export async function callInserted(
  trx: Trx,
  handlers: Required<ObjectHooks>,
  kind: AnyKind,
  objects: readonly Planned<unknown>[],
  rowIds: Readonly<RowIds>,
): Promise<void> {
  const table = kind.rows?.inserted
  if (table === undefined) return
  const ids = objects.flatMap(({ key }) => rowIds.get(`${kind.name}/${key}`) ?? [])
  await handlers.inserted(trx, { kind: kind.name, table, rowIds: ids })
}
