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
    done: count("Made, or found, in the destination."),
    failed: count("Refused by the cloud."),
    skipped: count("Not tried, because they need something that failed."),
    omitted: count("Left out of the plan, with a reason."),
    removed: count("Made, and taken away again by a roll back."),
    differing: count("Done, but not as planned; known after the verification."),
  },
  { title: "KindProgress", description: "Objects of one kind, by state." },
)

const verification = Type.Object(
  {
    at: moment("When the clouds were read; null in the records of older versions."),
    pending: Type.Boolean({ description: "Whether another one waits or runs." }),
    compared: count("Objects that were read back."),
    differences: count("Attributes that differ from the plan, and objects that are gone or too many."),
    unmanaged: count("Of these, objects that are in the destination project and not in the plan."),
    unread: Type.Optional(Type.String({ description: "Why the destination could not be read." })),
    source: Type.Optional(
      Type.Object(
        {
          changes: count("Attributes that differ, and objects that are gone or new."),
          unread: Type.Optional(Type.String({ description: "Why the source could not be read." })),
        },
        { description: "What has changed at the source since the plan was made; the report names it." },
      ),
    ),
  },
  { title: "Verification", description: "What comparing the destination with the plan has found." },
)

export const progressAnswer = Type.Object(
  {
    kinds: Type.Array(kindProgress, { description: "Kinds that the plan has something of." }),
    calls: count("Requests to both clouds so far, sign-ins and retries included."),
    source_calls: count("Those of them that went to the source, to read it."),
    writes: count("Those of them that change something; all of them in the destination."),
    started: moment("When the work began; null while it waits."),
    finished: moment("When the work ended; null until then."),
    verification: Type.Union([verification, Type.Null()], { description: "null until the work has ended." }),
  },
  { title: "MigrationProgress", description: "How far a replication is." },
)

export type Progress = Static<typeof progressAnswer>

/** How far a migration is, counted from the objects of its plan. undefined: this plugin does not run it. */
export async function readProgress(db: Db, migrationId: number): Promise<Progress | undefined> {
  // Stages first: what an ended verification has found is stored with its end, so it is there when the run is read.
  const { calls, source_calls, writes, verifying } = await db
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
  const run = await db
    .selectFrom("openstack_replication.run")
    .select(["started", "finished", "verification"])
    .where("migration_id", "=", migrationId)
    .executeTakeFirst()
  if (run === undefined) return undefined
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(({ fn, eb }) => [
      "kind",
      fn.countAll<string>().filterWhere("state", "!=", "omitted").as("total"),
      fn.countAll<string>().filterWhere("state", "=", "done").as("done"),
      fn.countAll<string>().filterWhere("state", "=", "failed").as("failed"),
      fn.countAll<string>().filterWhere("state", "=", "skipped").as("skipped"),
      fn.countAll<string>().filterWhere("state", "=", "omitted").as("omitted"),
      fn.countAll<string>().filterWhere("state", "=", "removed").as("removed"),
      fn
        .countAll<string>()
        .filterWhere(eb.fn<number>("jsonb_array_length", ["differences"]), ">", 0)
        .as("differing"),
    ])
    .where("migration_id", "=", migrationId)
    .groupBy("kind")
    .execute()
  return {
    kinds: kindNames.flatMap((kind) => {
      const row = rows.find((one) => one.kind === kind)
      if (row === undefined) return []
      const { total, done, failed, skipped, omitted, removed, differing } = row
      return {
        kind,
        total: Number(total),
        done: Number(done),
        failed: Number(failed),
        skipped: Number(skipped),
        omitted: Number(omitted),
        removed: Number(removed),
        differing: Number(differing),
      }
    }),
    calls: Number(calls),
    source_calls: Number(source_calls),
    writes: Number(writes),
    started: run.started?.toISOString() ?? null,
    finished: run.finished?.toISOString() ?? null,
    verification: run.verification && serializeVerification(run.verification, Number(verifying) > 0),
  }
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
