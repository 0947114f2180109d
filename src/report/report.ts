import { type Static, Type } from "@sinclair/typebox"

/**
 * What became of an object, the worst first where more than one is true.
 * - `failed`, `skipped`: it is not there; `open`: it is still being worked on
 * - `removed`: a roll back has taken it away again
 * - `left_out`: the plan does not have it
 * - `different`: it is there, and not as planned
 * - `dropped`: it is there without some attributes; `mapped`: with some that correspond to the source's
 * - `kept`: it is there as at the source
 */
export const outcomes = [
  "failed",
  "skipped",
  "open",
  "removed",
  "left_out",
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
  description: "Seconds between the two; null until then.",
})
const value = (description: string) => Type.Unknown({ description })

const outcomeCounts = Object.fromEntries(
  outcomes.map((outcome) => [outcome, count(`Objects with this outcome.`)]),
) as Readonly<Record<Outcome, ReturnType<typeof count>>>

const reportedObject = Type.Object(
  {
    kind: text("Kind of object."),
    key: text("Stable name of the object in the plan."),
    name: text("Its name, for people."),
    source: text("Id in the source cloud; empty where it copies nothing."),
    destination: text("Id in the destination cloud; empty where it is not there."),
    outcome: Type.Unsafe<Outcome>({
      type: "string",
      enum: [...outcomes],
      description: "What became of it; the worst where more than one is true.",
    }),
    reason: text("Why it failed, was skipped or is left out."),
    kept: Type.Array(Type.String(), { description: "Attributes with the source's value." }),
    mapped: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name."),
        source: value("Its value at the source."),
        destination: value("Its value in the destination."),
      }),
      { description: "Attributes whose value corresponds to the source's, e.g. by a mapping of subnets." },
    ),
    dropped: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name."),
        value: value("Its value at the source; null where it could not be read."),
        reason: text("Why the copy lacks it."),
      }),
      { description: "Attributes that the copy lacks." },
    ),
    differences: Type.Array(
      Type.Object({
        attribute: text("OpenStack's name; `id`: the object is gone."),
        expected: value("What was planned."),
        seen: value("What the last verification saw."),
      }),
      { description: "What the last verification found." },
    ),
  },
  { title: "ReportedObject", description: "An object, and what became of each of its attributes." },
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

const asked = Type.Object(
  {
    at: moment("When it was asked for."),
    by: text("Who asked for it."),
    subnets: Type.Array(
      Type.Object({ source: text("CIDR at the source."), destination: text("CIDR in the destination.") }),
      { description: "Mappings of subnets." },
    ),
    volume_types: Type.Array(
      Type.Object({ source: text("Name at the source."), destination: text("Name in the destination.") }),
      { description: "Mappings of volume types." },
    ),
    networks: Type.Array(Type.String(), { description: "Names of the chosen networks; none: all." }),
    skip_connection_extnet: Type.Boolean({ description: "Whether routers stay without a way out." }),
    sync_instance_ports: Type.Boolean({ description: "Whether ports are copied." }),
    static_routes: text("Rule of the static routes."),
  },
  { description: "What was asked for." },
)

const survey = Type.Object(
  {
    at: text("When the source was read before anything was made: ISO 8601."),
    unread: Type.Optional(Type.String({ description: "Why it could not be read: the rows were copied." })),
    unknown: Type.Array(Type.String(), {
      description:
        "Attributes that no row holds and that could therefore not be copied, as `kind.attribute`.",
    }),
    findings: Type.Array(
      Type.Object({ kind: text("Kind of object."), name: text("Its name."), message: text("For people.") }),
      { description: "Where the host's rows and the source cloud told different things." },
    ),
  },
  { description: "What the reading of the source cloud has shown." },
)

const verification = Type.Object(
  {
    at: moment("When both clouds were read."),
    pending: Type.Boolean({ description: "Whether another one waits or runs." }),
    compared: count("Objects that were read back."),
    differences: count("Attributes that differ, and objects that are gone or too many."),
    unread: Type.Optional(Type.String({ description: "Why the destination could not be read." })),
  },
  { description: "The last comparison of the destination with the plan." },
)

const unmanaged = Type.Object(
  {
    count: count("How many there are."),
    objects: Type.Array(
      Type.Object({ kind: text("Kind of object."), id: text("Id in the cloud."), name: text("Its name.") }),
      { description: "The first of them." },
    ),
  },
  { description: "What is in the destination project and not in the plan." },
)

const sourceChanges = Type.Object(
  {
    unread: Type.Optional(Type.String({ description: "Why the source could not be read." })),
    changes: Type.Array(
      Type.Object({
        kind: text("Kind of object."),
        name: text("Its name."),
        attribute: text("OpenStack's name; `id`: the object is gone or new."),
        planned: value("What the plan was made from; null where the object is new."),
        now: value("What the source tells now; null where the object is gone."),
      }),
      { description: "Objects that are not as they were when the plan was made." },
    ),
  },
  { description: "What has changed at the source since the plan was made, by the last verification." },
)

const stage = Type.Object(
  {
    name: text("Kind of object, `survey` or `verify`."),
    state: text("`waiting`, `ready`, `running` or `done`."),
    attempts: count("How often a worker has taken it up; 0: there was nothing to do."),
    started: moment("When it was taken up first."),
    finished: moment("When it ended."),
    seconds,
    calls: count("Requests to the clouds."),
    writes: count("Those that change something."),
  },
  { description: "A part of the work." },
)

export const reportAnswer = Type.Object(
  {
    uuid: text("The migration's uuid: 32 hex digits."),
    state: text("State of the migration."),
    error_message: text("What is missing and why; empty where nothing is."),
    source: side("source"),
    destination: side("destination"),
    asked,
    started: moment("When the work began."),
    finished: moment("When the work ended."),
    seconds,
    actions: Type.Array(
      Type.Object({ at: text("ISO 8601."), action: text("What was asked for."), by: text("By whom.") }),
      { description: "What people have asked for, the oldest first." },
    ),
    rollback: Type.Union(
      [
        Type.Object({
          requested_by: text("Name of the user who requested it."),
          finished_at: moment("When everything was removed; null: under way, or something remains."),
          remaining: Type.Array(Type.String(), { description: "What remains in the destination." }),
        }),
        Type.Null(),
      ],
      { description: "The roll back, where one was asked for." },
    ),
    outcomes: Type.Object(outcomeCounts, { description: "Objects by what became of them." }),
    kinds: Type.Array(
      Type.Object({ kind: text("Kind of object."), ...outcomeCounts }, { description: "The same by kind." }),
      { description: "Kinds that the plan has something of, in the order in which people read them." },
    ),
    verification: Type.Union([verification, Type.Null()], { description: "null until the work has ended." }),
    unmanaged: Type.Union([unmanaged, Type.Null()], { description: "null where that was not looked for." }),
    source_changes: Type.Union([sourceChanges, Type.Null()], {
      description: "null where that was not looked for.",
    }),
    survey: Type.Union([survey, Type.Null()], { description: "null until the source was read." }),
    stages: Type.Array(stage, { description: "The work in its order." }),
    calls: count("Requests to both clouds, sign-ins and retries included."),
    writes: count("Those that change something."),
    objects: Type.Array(reportedObject, { description: "Every object, in the order of the plan." }),
  },
  { title: "MigrationReport", description: "All that is known of a replication." },
)

export type Report = Static<typeof reportAnswer>
export type ReportedObject = Static<typeof reportedObject>
