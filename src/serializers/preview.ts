import { Type } from "@sinclair/typebox"
import { kindNames } from "../planning/kind-names.ts"

const numbers = (description: string) => Type.Record(Type.String(), Type.Integer(), { description })

const kind = Type.String({ description: "Kind of object.", examples: [...kindNames] })

const plannedObject = Type.Object(
  {
    key: Type.String({ description: "Stable key of the object in the plan, unique within its kind." }),
    name: Type.String({ description: "Name of the object." }),
    source: Type.String({ description: "Id in the source cloud; empty where the object has no source." }),
    desired: Type.Unknown({
      description:
        "The object as it will be created; `ref` refers to another object of the plan as `kind/key`.",
    }),
    mapped: Type.Record(Type.String(), Type.Unknown(), {
      description: "Attributes that change, with their value at the source.",
    }),
  },
  { title: "PlannedObject", description: "One object that will be created." },
)

const plannedKind = Type.Object(
  {
    kind,
    total: Type.Integer({ description: "Number of objects." }),
    writes: Type.Integer({ description: "Number of calls that create these objects." }),
    objects: Type.Array(plannedObject),
  },
  { title: "PlannedKind", description: "The objects of one kind." },
)

const omission = Type.Object(
  {
    kind,
    key: Type.String({ description: "Stable key of the object in the plan, unique within its kind." }),
    name: Type.String({ description: "Name of the object." }),
    reason: Type.String({ description: "Why the object is not copied." }),
  },
  { title: "Omission", description: "An object of the source that will not be copied." },
)

const warning = Type.Object(
  {
    code: Type.String({
      description: "Code of the warning.",
      examples: ["LIMIT", "QUOTA_RAISED", "NAME_TAKEN"],
    }),
    message: Type.String({ description: "What may fail, and what to do." }),
  },
  {
    title: "Warning",
    description: "Something that may fail, or that needs attention before the migration is requested.",
  },
)

const estimate = Type.Object(
  {
    calls: Type.Integer({
      description: "Estimated requests to the destination, including sign-in and verification.",
    }),
    writes: Type.Integer({ description: "Those of them that change something." }),
    seconds: Type.Integer({
      description: "Estimated duration in seconds, at the default rate limit of 10 requests per second.",
    }),
  },
  { title: "Estimate", description: "Estimated effort of the migration." },
)

export const previewResponse = Type.Object(
  {
    name: Type.String({ description: "Name of the new tenant." }),
    description: Type.String({ description: "Description of the new tenant." }),
    kinds: Type.Array(plannedKind, {
      description: "The objects that will be created, by kind; each kind after those that it needs.",
    }),
    limits: numbers("Limits of the new marketplace resource."),
    quotas: numbers("Quotas of the new tenant, by Waldur's names; 0 allows nothing, -1 means unlimited."),
    omitted: Type.Array(omission, { description: "Objects that will not be copied, with the reason." }),
    warnings: Type.Array(warning, {
      description: "What may fail, as far as it is known without a call to a cloud.",
    }),
    unread: Type.Array(Type.String(), {
      description:
        "Attributes that the host's rows do not hold. They are read from the source cloud before anything is created, and are then copied too.",
      examples: [["network.dns_domain", "port.extra_dhcp_opts"]],
    }),
    estimate,
  },
  { title: "MigrationPreview", description: "What a migration would create." },
)
