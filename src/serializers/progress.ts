import { type Static, Type } from "@sinclair/typebox"
import { verifyStage } from "../executors/stage/graph.ts"
import type { Db } from "../models/database.ts"
import type { VerifySummary } from "../models/own-tables.ts"
import { kindNames } from "../planning/kind-names.ts"

const count = (description: string) => Type.Integer({ minimum: 0, description })

const moment = (description: string) =>
  Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description })

const kindProgress = Type.Object(
  {
    kind: Type.String({ description: "Kind of object.", examples: [...kindNames] }),
    total: count("Objects of this kind in the plan."),
    done: count("Objects that exist in the destination."),
    failed: count("Objects that the cloud rejected."),
    skipped: count(
      "Objects that were not tried, because they need one that failed or the migration was cancelled.",
    ),
    omitted: count("Objects of the source that are not copied."),
    removed: count("Objects that a rollback deleted."),
    differing: count("Objects that exist and differ from the plan; known after a verification."),
  },
  { title: "KindProgress", description: "Objects of one kind, by state." },
)

const verification = Type.Object(
  {
    at: moment("When the clouds were read; null in records of older versions."),
    pending: Type.Boolean({ description: "Whether another verification waits or runs." }),
    compared: count("Objects that were compared."),
    differences: count("Attributes that differ from the plan, and objects that are missing or unmanaged."),
    unmanaged: count(
      "Those of the differences that are unmanaged: in the project, but not created by this migration.",
    ),
    unread: Type.Optional(Type.String({ description: "Why the destination could not be read." })),
    source: Type.Optional(
      Type.Object(
        {
          changes: count("Attributes that changed, and objects that were deleted or are new."),
          unread: Type.Optional(Type.String({ description: "Why the source could not be read." })),
        },
        { description: "Changes at the source since the plan was made; the report lists them." },
      ),
    ),
  },
  { title: "Verification", description: "Result of the last comparison of the destination with the plan." },
)

export const progressResponse = Type.Object(
  {
    kinds: Type.Array(kindProgress, { description: "Kinds that occur in the plan." }),
    calls: count("Requests to both clouds so far, including sign-ins and retries."),
    source_calls: count("Those of them that read the source."),
    writes: count("Those of them that change something, all in the destination."),
    started: moment("When the run started; null while it waits."),
    finished: moment("When the run ended; null until then."),
    verification: Type.Union([verification, Type.Null()], {
      description: "null until a verification has run.",
    }),
  },
  { title: "MigrationProgress", description: "Progress of a migration." },
)

export type Progress = Static<typeof progressResponse>

/** Returns the progress of a migration, or undefined where this plugin does not run it. */
export async function readProgress(db: Db, migrationId: number): Promise<Progress | undefined> {
  // Stages are read before the run: a verification stores its result with the end of its stage, so the run has it.
  const { calls, source_calls, writes, verifying } = await readCounters(db, migrationId)
  const run = await db
    .selectFrom("openstack_replication.run")
    .select(["started", "finished", "verification"])
    .where("migration_id", "=", migrationId)
    .executeTakeFirst()
  if (run === undefined) return undefined
  return {
    kinds: await countObjects(db, migrationId),
    calls: Number(calls),
    source_calls: Number(source_calls),
    writes: Number(writes),
    started: run.started?.toISOString() ?? null,
    finished: run.finished?.toISOString() ?? null,
    verification: run.verification && serializeVerification(run.verification, Number(verifying) > 0),
  }
}

/** Sums the calls of a migration's stages, and counts its verifications that wait or run. */
function readCounters(db: Db, migrationId: number) {
  return db
    .selectFrom("openstack_replication.stage")
    .select(({ fn, eb }) => [
      fn.sum<string>("calls").as("calls"),
      fn.sum<string>("source_calls").as("source_calls"),
      fn.sum<string>("writes").as("writes"),
      fn
        .countAll<string>()
        .filterWhere(eb.and([eb("name", "=", verifyStage), eb("state", "in", ["ready", "running"])]))
        .as("verifying"),
    ])
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
}

const countedStates = ["done", "failed", "skipped", "omitted", "removed"] as const

/** Counts the objects of a plan by kind and state, in the order of kinds. */
async function countObjects(db: Db, migrationId: number): Promise<Progress["kinds"]> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(({ fn, eb }) => [
      "kind",
      fn.countAll<string>().filterWhere("state", "!=", "omitted").as("total"),
      ...countedStates.map((state) => fn.countAll<string>().filterWhere("state", "=", state).as(state)),
      fn
        .countAll<string>()
        .filterWhere(eb.fn<number>("jsonb_array_length", ["differences"]), ">", 0)
        .as("differing"),
    ])
    .where("migration_id", "=", migrationId)
    .groupBy("kind")
    .execute()
  const byKind = new Map(rows.map((row) => [row.kind, row]))
  return kindNames.flatMap((kind) => {
    const row = byKind.get(kind)
    if (row === undefined) return []
    return {
      kind,
      total: Number(row.total),
      done: Number(row.done),
      failed: Number(row.failed),
      skipped: Number(row.skipped),
      omitted: Number(row.omitted),
      removed: Number(row.removed),
      differing: Number(row.differing),
    }
  })
}

function serializeVerification(summary: VerifySummary, pending: boolean): Progress["verification"] {
  const { at = null, compared, differences, unmanaged, unread, source } = summary
  return {
    at,
    pending,
    compared,
    differences,
    unmanaged: unmanaged?.count ?? 0,
    ...(unread !== undefined && { unread }),
    ...(source && {
      source: {
        changes: source.changes.length,
        ...(source.unread !== undefined && { unread: source.unread }),
      },
    }),
  }
}
