import { type Static, Type } from "@sinclair/typebox"
import type { Selectable } from "kysely"
import type { ObjectTable } from "../models/own-tables.ts"
import { reportObject } from "../report/object.ts"

export const objectStates = [
  "planned",
  "creating",
  "done",
  "failed",
  "skipped",
  "omitted",
  "removed",
] as const

export const migrationObject = Type.Object(
  {
    kind: Type.String({ examples: ["network", "security_group_rule"] }),
    key: Type.String({ description: "Stable name of the object in the plan." }),
    name: Type.String(),
    source: Type.String({ description: "Id in the source cloud; empty where it copies nothing." }),
    destination: Type.String({ description: "Id in the destination cloud; empty until it is there." }),
    state: Type.Union(objectStates.map((state) => Type.Literal(state))),
    attempts: Type.Integer({ description: "How often the destination was asked to make it." }),
    reason: Type.String({ description: "Why it failed, was skipped or is left out." }),
    error: Type.Union([
      Type.Object({
        code: Type.String(),
        message: Type.String(),
        status: Type.Optional(
          Type.Integer({ description: "HTTP status of the cloud's answer; 0 where none came." }),
        ),
        requestId: Type.Optional(Type.String({ description: "The cloud's id of the request." })),
      }),
      Type.Null(),
    ]),
    mapped: Type.Array(
      Type.Object({ attribute: Type.String(), source: Type.Unknown(), destination: Type.Unknown() }),
      {
        description:
          "Attributes whose value corresponds to the source's. Other objects are named as `kind/key`.",
      },
    ),
    dropped: Type.Array(
      Type.Object({ attribute: Type.String(), value: Type.Unknown(), reason: Type.String() }),
      { description: "Attributes that the copy lacks, with their value at the source." },
    ),
    differences: Type.Array(
      Type.Object({ attribute: Type.String(), expected: Type.Unknown(), seen: Type.Unknown() }),
      { description: "What the verification found to differ from the plan." },
    ),
  },
  { title: "MigrationObject" },
)

export type MigrationObject = Static<typeof migrationObject>

export function serializeObject(row: Selectable<ObjectTable>): MigrationObject {
  const { mapped, dropped } = reportObject(row, new Map())
  return {
    kind: row.kind,
    key: row.key,
    name: row.name,
    source: row.source_id,
    destination: row.backend_id ?? "",
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    error: row.error,
    mapped,
    dropped,
    differences: (row.differences ?? []).map(({ attribute, expected, seen }) => ({
      attribute,
      expected,
      seen,
    })),
  }
}
