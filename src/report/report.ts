import { type Static, Type } from "@sinclair/typebox"
import { marketplaceResponse } from "./marketplace.ts"

/**
 * What became of an object, the most severe first. An object has the first outcome that applies.
 * - `failed`: the destination rejected it; `skipped`: it needs an object that failed, or the migration was cancelled
 * - `open`: not created yet
 * - `removed`: created, then deleted by a rollback
 * - `omitted`: not in the plan, so not copied
 * - `different`: it exists and differs from the plan, or it no longer exists
 * - `dropped`: it exists without some attributes
 * - `mapped`: it exists, and some attributes have a value that corresponds to the source's
 * - `kept`: it exists with the source's values
 */
export const outcomes = [
  "failed",
  "skipped",
  "open",
  "removed",
  "omitted",
  "different",
  "dropped",
  "mapped",
  "kept",
] as const

export type Outcome = (typeof outcomes)[number]

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const moment = (description: string) =>
  Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description })
const seconds = Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
  description: "Seconds between `started` and `finished`; null until then.",
})
const value = (description: string) => Type.Unknown({ description })

const outcomeCounts = Object.fromEntries(
  outcomes.map((outcome) => [outcome, count("Objects with this outcome.")]),
) as Readonly<Record<Outcome, ReturnType<typeof count>>>

const reportedObject = Type.Object(
  {
    kind: text("Kind of object."),
    key: text("Stable key of the object in the plan, unique within its kind."),
    name: text("Name of the object."),
    source: text("Id in the source cloud; empty where the object has no source."),
    destination: text("Id in the destination cloud; empty where the object does not exist there."),
    outcome: Type.Unsafe<Outcome>({
      type: "string",
      enum: [...outcomes],
      description: "What became of the object; the most severe outcome that applies.",
    }),
    reason: text("Why the object failed, was skipped or is not copied; else empty."),
    kept: Type.Array(Type.String(), { description: "Attributes with the source's value." }),
    mapped: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name of the attribute."),
        source: value("Value at the source."),
        destination: value("Value in the destination."),
      }),
      { description: "Attributes whose value corresponds to the source's, e.g. by a mapping of subnets." },
    ),
    dropped: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name of the attribute."),
        value: value("Value at the source; null where it could not be read."),
        reason: text("Why it is not copied."),
      }),
      { description: "Attributes that are not copied." },
    ),
    differences: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name of the attribute; `id` means that the object no longer exists."),
        expected: value("Planned value."),
        seen: value("Value that the last verification read."),
      }),
      { description: "Differences that the last verification found." },
    ),
  },
  { title: "ReportedObject", description: "An object and what became of each of its attributes." },
)

const side = (which: string) =>
  Type.Object(
    {
      resource: text("Name of the marketplace resource."),
      offering: text("Name of its offering."),
      cloud: text("Name of its cloud's service settings."),
    },
    { description: `The ${which}.` },
  )

const request = Type.Object(
  {
    at: moment("When the migration was requested."),
    by: text("Name of the user who requested it."),
    subnets: Type.Array(
      Type.Object({ source: text("CIDR at the source."), destination: text("CIDR in the destination.") }),
      { description: "Subnet mappings." },
    ),
    volume_types: Type.Array(
      Type.Object({ source: text("Name at the source."), destination: text("Name in the destination.") }),
      { description: "Volume type mappings." },
    ),
    networks: Type.Array(Type.String(), { description: "Names of the networks to copy; empty means all." }),
    skip_connection_extnet: Type.Boolean({
      description: "Whether routers are created without an external gateway.",
    }),
    sync_instance_ports: Type.Boolean({ description: "Whether ports are copied." }),
    static_routes: text("Which static routes are copied: `documented` or `reachable`."),
  },
  { description: "What was requested." },
)

const survey = Type.Object(
  {
    at: text("When the source cloud was read, before anything was created (ISO 8601)."),
    unread: Type.Optional(
      Type.String({
        description: "Why the source cloud could not be read; the plan then follows the host's rows alone.",
      }),
    ),
    unknown: Type.Array(Type.String(), {
      description:
        "Attributes that were not copied because the host's rows do not hold them, as `kind.attribute`.",
    }),
    findings: Type.Array(
      Type.Object({
        kind: text("Kind of object."),
        name: text("Name of the object."),
        message: text("What differs."),
      }),
      { description: "Differences between the host's rows and the source cloud." },
    ),
  },
  { description: "Result of reading the source cloud before the copy." },
)

const verification = Type.Object(
  {
    at: moment("When both clouds were read."),
    pending: Type.Boolean({ description: "Whether another verification waits or runs." }),
    compared: count("Objects that were compared."),
    differences: count("Attributes that differ, and objects that are missing or unmanaged."),
    unread: Type.Optional(Type.String({ description: "Why the destination could not be read." })),
    not_read: Type.Optional(
      Type.Array(Type.String(), {
        description:
          "What could not be read for the marketplace at the end of the migration, e.g. `images`, with the reason. The copy is complete without it.",
      }),
    ),
  },
  { description: "The last verification: the destination compared with the plan." },
)

const unmanaged = Type.Object(
  {
    count: count("Number of unmanaged objects."),
    objects: Type.Array(
      Type.Object({
        kind: text("Kind of object."),
        id: text("Id in the cloud."),
        name: text("Name of the object."),
      }),
      { description: "The first of them; `count` is the total." },
    ),
  },
  { description: "Objects in the destination project that this migration did not create." },
)

const sourceChanges = Type.Object(
  {
    unread: Type.Optional(Type.String({ description: "Why the source could not be read." })),
    changes: Type.Array(
      Type.Object({
        kind: text("Kind of object."),
        name: text("Name of the object."),
        attribute: text(
          "OpenStack's name of the attribute; `id` means that the object was deleted or is new.",
        ),
        planned: value("Value that the plan was made from; null where the object is new."),
        now: value("Value that the last verification read; null where the object was deleted."),
      }),
      { description: "Attributes that changed, and objects that were deleted or are new." },
    ),
  },
  { description: "Changes at the source since the plan was made, found by the last verification." },
)

const stage = Type.Object(
  {
    name: text("Name of the stage: a kind of object, `survey`, `verify` or `rollback`."),
    state: text("`waiting`, `ready`, `running` or `done`."),
    attempts: count("How often a worker started the stage; 0 means that there was nothing to do."),
    started: moment("When it started first."),
    finished: moment("When it ended."),
    seconds,
    calls: count("Requests to the clouds."),
    writes: count("Requests that change something."),
  },
  { description: "One part of the run." },
)

export const reportResponse = Type.Object(
  {
    uuid: text("The migration's uuid: 32 hex digits."),
    state: text("State of the migration."),
    error_message: text("What is missing and why; empty where nothing is missing."),
    source: side("source"),
    destination: side("destination"),
    marketplace: marketplaceResponse,
    request,
    started: moment("When the run started; null before that."),
    finished: moment("When the run ended; null until then."),
    seconds,
    actions: Type.Array(
      Type.Object({
        at: text("When it was requested (ISO 8601)."),
        action: text("`create`, `retry`, `cancel`, `verify` or `rollback`."),
        by: text("Name of the user who requested it."),
      }),
      { description: "Actions that users requested, the oldest first." },
    ),
    rollback: Type.Union(
      [
        Type.Object({
          requested_by: text("Name of the user who requested it."),
          finished_at: moment("When everything was removed; null while it runs, or where something remains."),
          remaining: Type.Array(Type.String(), { description: "Objects that remain in the destination." }),
        }),
        Type.Null(),
      ],
      { description: "The rollback, where one was requested; else null." },
    ),
    outcomes: Type.Object(outcomeCounts, { description: "Number of objects by outcome." }),
    kinds: Type.Array(
      Type.Object(
        { kind: text("Kind of object."), ...outcomeCounts },
        { description: "Number of objects of one kind by outcome." },
      ),
      { description: "Kinds that occur in the plan, each after the kinds that it needs." },
    ),
    verification: Type.Union([verification, Type.Null()], {
      description: "null until a verification has run.",
    }),
    unmanaged: Type.Union([unmanaged, Type.Null()], { description: "null where this was not checked." }),
    source_changes: Type.Union([sourceChanges, Type.Null()], {
      description: "null where this was not checked.",
    }),
    survey: Type.Union([survey, Type.Null()], { description: "null until the source cloud was read." }),
    stages: Type.Array(stage, { description: "The stages of the run, in the order in which they started." }),
    calls: count("Requests to both clouds, sign-ins and retries included."),
    writes: count("Requests that change something."),
    objects: Type.Array(reportedObject, { description: "Every object, in the order of the plan." }),
  },
  { title: "MigrationReport", description: "Everything that is known about a migration." },
)

export type Report = Static<typeof reportResponse>
export type ReportedObject = Static<typeof reportedObject>
