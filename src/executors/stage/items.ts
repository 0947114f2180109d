import type { AnyKind, Desired } from "../../kinds/kind.ts"
import { refsOf, resolveRefs } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { ObjectState } from "../../models/own-tables.ts"
import { kindText } from "../../planning/kind-names.ts"

/** A desired object as a stage works on it: its references are replaced by ids of the cloud. */
export interface StageItem extends Desired<unknown> {
  /** Id of the plan's object. */
  readonly id: string
  /** Id of the host row. */
  readonly rowId: number | null
  /** Whether a create request was recorded for it, before it was sent: it may exist although no response was recorded. */
  readonly requested: boolean
  /** Whether more than one was recorded, so that it may exist twice. */
  readonly retried?: boolean
  /** Its id in the cloud, where one was recorded. */
  readonly backendId: string | null
}

/** An object that cannot be created, because an object that it refers to does not exist. */
export interface BlockedItem {
  readonly id: string
  readonly name: string
  readonly rowId: number | null
  readonly reason: string
}

export interface StageItems {
  readonly items: readonly StageItem[]
  readonly blocked: readonly BlockedItem[]
}

interface ReferredObject {
  readonly name: string
  readonly state: ObjectState
  readonly backendId: string | null
}

/** Loads the objects of a kind that are planned, being created or created, with their references resolved. */
export async function loadItems(db: Db, kind: AnyKind, migration: number): Promise<StageItems> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select([
      "id",
      "key",
      "name",
      "body",
      "row_id as rowId",
      "backend_id as backendId",
      "create_requests as requests",
    ])
    .where("migration_id", "=", migration)
    .where("kind", "=", kind.name)
    .where("state", "in", ["planned", "creating", "done"])
    .orderBy("position")
    .execute()
  const referred = await loadReferred(
    db,
    migration,
    rows.map((row) => row.body),
  )
  const items: StageItem[] = []
  const blocked: BlockedItem[] = []
  for (const { requests, ...row } of rows) {
    const missing = refsOf(row.body).find((ref) => !referred.get(ref)?.backendId)
    if (missing === undefined) {
      const body = resolveRefs(row.body, (ref) => referred.get(ref)?.backendId ?? "")
      items.push({ ...row, body, requested: requests > 0, retried: requests > 1 })
    } else {
      const { id, name, rowId } = row
      blocked.push({ id, name, rowId, reason: whySkipped(missing, referred.get(missing)) })
    }
  }
  return { items, blocked }
}

/** What became of an object, as a sentence about an object that refers to it ends. */
const whatHappened: Readonly<Record<ObjectState, string>> = {
  planned: "does not exist yet",
  creating: "does not exist yet",
  done: "does not exist yet",
  failed: "failed",
  skipped: "was skipped",
  omitted: "is not copied",
  removed: "was removed",
}

function whySkipped(ref: string, cause: ReferredObject | undefined): string {
  const [kind = "", key = ""] = ref.split("/")
  const name = `${kindText(kind)} "${cause?.name ?? key}"`
  return `Skipped, because ${name} ${cause === undefined ? "is not in the plan" : whatHappened[cause.state]}.`
}

/** The objects that bodies refer to, by their reference. */
async function loadReferred(
  db: Db,
  migration: number,
  bodies: readonly unknown[],
): Promise<ReadonlyMap<string, ReferredObject>> {
  const named = new Set(bodies.flatMap((body) => refsOf(body).map((ref) => ref.split("/")[0] ?? "")))
  if (named.size === 0) return new Map()
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "name", "state", "backend_id as backendId"])
    .where("migration_id", "=", migration)
    .where("kind", "in", [...named])
    .execute()
  return new Map(rows.map(({ kind, key, ...object }) => [`${kind}/${key}`, object]))
}
