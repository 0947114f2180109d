import { Type } from "@sinclair/typebox"
import { kindNames } from "../planning/kind-names.ts"

const numbers = (description: string) => Type.Record(Type.String(), Type.Integer(), { description })

const kind = Type.String({ description: "Kind of object.", examples: [...kindNames] })

const plannedObject = Type.Object(
  {
    key: Type.String({ description: "Stable name of the object in the plan." }),
    name: Type.String({ description: "For people." }),
    source: Type.String({ description: "Id in the source cloud; empty where it copies nothing." }),
    desired: Type.Unknown({ description: "What the destination shall hold; `ref` names another object." }),
    mapped: Type.Record(Type.String(), Type.Unknown(), {
      description: "Attributes that a mapping changes, with their value at the source.",
    }),
  },
  { title: "PlannedObject", description: "One object that will be made." },
)

const plannedKind = Type.Object(
  {
    kind,
    total: Type.Integer({ description: "How many objects." }),
    writes: Type.Integer({ description: "Calls that make these objects." }),
    objects: Type.Array(plannedObject),
  },
  { title: "PlannedKind", description: "The objects of one kind." },
)

const omission = Type.Object(
  {
    kind,
    key: Type.String({ description: "Stable name of the object in the plan." }),
    name: Type.String({ description: "For people." }),
    reason: Type.String({ description: "Why it is left out, for people." }),
  },
  { title: "Omission", description: "Something of the source that will not be in the destination." },
)

const warning = Type.Object(
  {
    code: Type.String({ description: "Sort of warning.", examples: ["LIMIT", "QUOTA_RAISED", "NAME_TAKEN"] }),
    message: Type.String({ description: "For people." }),
  },
  { title: "Warning", description: "Something that may fail, or is good to know before it happens." },
)

const estimate = Type.Object(
  {
    calls: Type.Integer({ description: "Requests to the destination, sign-in and verification included." }),
    writes: Type.Integer({ description: "Those of them that change something." }),
    seconds: Type.Integer({ description: "About how long, at the default pace of 10 requests a second." }),
  },
  { title: "Estimate", description: "What the work costs." },
)

export const previewAnswer = Type.Object(
  {
    name: Type.String({ description: "Name that the new tenant gets." }),
    description: Type.String({ description: "Description that the new tenant gets." }),
    kinds: Type.Array(plannedKind, {
      description: "What will be made, in the order in which people read it.",
    }),
    limits: numbers("Limits of the new marketplace resource."),
    quotas: numbers("Quotas of the new tenant, by Waldur's names; 0 is none, -1 unlimited."),
    omitted: Type.Array(omission, { description: "What will not be copied, and why." }),
    warnings: Type.Array(warning, {
      description: "What may fail, as far as it is known without asking a cloud.",
    }),
    unread: Type.Array(Type.String(), {
      description:
        "Attributes that no row of the host holds. They are read from the source's cloud before anything is made, and copied, too.",
      examples: [["network.dns_domain", "port.extra_dhcp_opts"]],
    }),
    estimate,
  },
  { title: "MigrationPreview", description: "What a replication would do." },
)
