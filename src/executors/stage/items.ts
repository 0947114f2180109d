import type { AnyKind, Desired } from "../../kinds/kind.ts"
import { refsOf, resolveRefs } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { ObjectState } from "../../models/own-tables.ts"
import { kindText } from "../../planning/kind-names.ts"

/** An object that waits for another one that is not there. */
export interface Waiting {
  readonly id: string
  readonly name: string
  readonly rowId: number | null
  readonly reason: string
}

export interface StageItems {
  readonly items: readonly StageItem[]
  readonly waiting: readonly Waiting[]
}

interface Referred {
  readonly name: string
  readonly state: ObjectState
  readonly backendId: string | null
}

/** The objects of a kind that are wanted or there, with their references known. */
export async function loadItems(db: Db, kind: AnyKind, migration: number): Promise<StageItems> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["id", "key", "name", "body", "row_id", "backend_id", "attempts"])
    .where("migration_id", "=", migration)
    .where("kind", "=", kind.name)
    .where("state", "in", ["planned", "creating", "done"])
    .orderBy("position")
    .execute()
  const others = await referredObjects(
    db,
    migration,
    rows.map((row) => row.body),
  )
  const items: StageItem[] = []
  const waiting: Waiting[] = []
  for (const row of rows) {
    const lost = refsOf(row.body).find((ref) => !others.get(ref)?.backendId)
    if (lost !== undefined) {
      waiting.push({
        id: row.id,
        name: row.name,
        rowId: row.row_id,
        reason: whySkipped(lost, others.get(lost)),
      })
      continue
    }
    const body = resolveRefs(row.body, (ref) => others.get(ref)?.backendId ?? "")
    const { id, key, name, row_id: rowId, backend_id: backendId } = row
    const { attempts } = row
    items.push({ id, key, name, body, rowId, backendId, attempted: attempts > 0, retried: attempts > 1 })
  }
  return { items, waiting }
}

function whySkipped(ref: string, cause: Referred | undefined): string {
  const [kind = "", key = ""] = ref.split("/")
  const name = `${kindText(kind)} "${cause?.name ?? key}"`
  return `Skipped, because ${name} ${cause === undefined ? "is not in the plan" : `is ${cause.state}`}.`
}

async function referredObjects(
  db: Db,
  migration: number,
  bodies: readonly unknown[],
): Promise<ReadonlyMap<string, Referred>> {
  const named = new Set(bodies.flatMap((body) => refsOf(body).map((ref) => ref.split("/")[0] ?? "")))
  if (named.size === 0) return new Map()
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "name", "state", "backend_id"])
    .where("migration_id", "=", migration)
    .where("kind", "in", [...named])
    .execute()
  return new Map(
    rows.map(({ kind, key, name, state, backend_id }) => [
      `${kind}/${key}`,
      { name, state, backendId: backend_id },
    ]),
  )
}
/** A desired object as a stage works on it. */

export interface StageItem extends Desired<unknown> {
  readonly id: string
  readonly rowId: number | null
  /** Whether it was asked for before, so that it may be there although no answer was recorded. */
  readonly attempted: boolean
  /** Whether it was asked for more than once, so that it may have been made twice. */
  readonly retried?: boolean
  /** Its id in the cloud, where an earlier run recorded it. */
  readonly backendId: string | null
}
