import { type Static, Type } from "@sinclair/typebox"
import type { Selectable } from "kysely"
import type { ObjectTable } from "../models/own-tables.ts"
import { attributeNotes } from "./attribute-notes.ts"

/** States of an object of a plan. */
export const objectStates = [
  "planned",
  "creating",
  "done",
  "failed",
  "skipped",
  "omitted",
  "removed",
] as const

/** An object of a plan, as the list of objects shows it. */
export const migrationObject = Type.Object(
  {
    kind: Type.String({ description: "Kind of object.", examples: ["network", "security_group_rule"] }),
    key: Type.String({ description: "Stable key of the object in the plan, unique within its kind." }),
    name: Type.String({ description: "Name of the object." }),
    source: Type.String({ description: "Id in the source cloud; empty where the object has no source." }),
    destination: Type.String({ description: "Id in the destination cloud; empty until the object exists." }),
    state: Type.Union(
      objectStates.map((state) => Type.Literal(state)),
      { description: "State of the object; `omitted` means that it is not copied." },
    ),
    create_requests: Type.Integer({ description: "How many create requests were recorded for it." }),
    reason: Type.String({ description: "Why the object failed, was skipped or is not copied; else empty." }),
    error: Type.Union([
      Type.Object({
        code: Type.String({ description: "Error code, see docs/errors.md." }),
        message: Type.String({ description: "The cloud's words." }),
        status: Type.Optional(
          Type.Integer({ description: "HTTP status of the cloud's response; 0 where none came." }),
        ),
        requestId: Type.Optional(Type.String({ description: "The cloud's request id." })),
      }),
      Type.Null(),
    ]),
    mapped: Type.Array(
      Type.Object({ attribute: Type.String(), source: Type.Unknown(), destination: Type.Unknown() }),
      {
        description:
          "Attributes with a value that corresponds to the source's. References to other objects are `kind/key`.",
      },
    ),
    dropped: Type.Array(
      Type.Object({ attribute: Type.String(), value: Type.Unknown(), reason: Type.String() }),
      { description: "Attributes that are not copied, with their value at the source." },
    ),
    differences: Type.Array(
      Type.Object({ attribute: Type.String(), expected: Type.Unknown(), seen: Type.Unknown() }),
      { description: "Attributes that the last verification found to differ from the plan." },
    ),
  },
  { title: "MigrationObject", description: "One object of a migration's plan." },
)

export type MigrationObject = Static<typeof migrationObject>

/** Returns an object of a plan as the API shows it. */
export function serializeObject(row: Selectable<ObjectTable>): MigrationObject {
  const { mapped, dropped } = attributeNotes(row)
  return {
    kind: row.kind,
    key: row.key,
    name: row.name,
    source: row.source_id,
    destination: row.backend_id ?? "",
    state: row.state,
    create_requests: row.create_requests,
    reason: row.reason,
    error: row.error,
    mapped: [...mapped],
    dropped: [...dropped],
    differences: (row.differences ?? []).map(({ attribute, expected, seen }) => ({
      attribute,
      expected,
      seen,
    })),
  }
}
