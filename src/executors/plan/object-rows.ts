import type { AnyKind, RowContext } from "../../kinds/kind.ts"
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

/** Inserts the host rows of objects of one kind, where the kind has any, and adds their ids to `rowIds`. */
export async function insertObjectRows(
  context: RowContext,
  rowIds: RowIds,
  kind: AnyKind,
  objects: readonly Planned<unknown>[],
): Promise<void> {
  const ids = (await kind.rows?.insert?.(context, objects)) ?? []
  for (const [index, { key }] of objects.entries()) {
    const id = ids[index]
    if (id !== undefined) rowIds.set(`${kind.name}/${key}`, id)
  }
}
