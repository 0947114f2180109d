import type { ObjectHooks } from "../../handlers/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"

/**
 * Calls the handlers for the host rows of new objects of one kind, where the kind has any.
 * @param rowIds ids of the rows, by `kind/key`
 */
export async function callInserted(
  trx: Trx,
  handlers: Required<ObjectHooks>,
  kind: AnyKind,
  objects: readonly { readonly key: string }[],
  rowIds: ReadonlyMap<string, number>,
): Promise<void> {
  const table = kind.rows?.inserted
  if (table === undefined) return
  const ids = objects.flatMap(({ key }) => rowIds.get(`${kind.name}/${key}`) ?? [])
  await handlers.inserted(trx, { kind: kind.name, table, rowIds: ids })
}
