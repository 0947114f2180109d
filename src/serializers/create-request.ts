import { dashed } from "../models/uuid.ts"
import { cidrField } from "./cidr-field.ts"
import {
  booleanField,
  choiceField,
  listField,
  type ObjectOf,
  objectField,
  optional,
  relatedField,
  relatedListField,
  required,
  textField,
  uuidField,
} from "./fields.ts"

const volumeTypeMapping = objectField(
  {
    src_type_uuid: required(uuidField({ description: "Volume type of the source tenant." })),
    dst_type_uuid: required(uuidField({ description: "Volume type of the destination's cloud." })),
  },
  { title: "VolumeTypeMapping", description: "A volume type, and the one that takes its place." },
)

const subnetMapping = objectField(
  {
    src_cidr: required(cidrField({ description: "CIDR of a subnet at the source." })),
    dst_cidr: required(cidrField({ description: "CIDR that it gets in the destination." })),
  },
  {
    title: "SubNetMapping",
    description: "Private networks without host bits, of one IP version. Addresses keep their host part.",
  },
)

const mappingFields = {
  volume_types: optional(
    listField(volumeTypeMapping, { description: "Volume types that change their name." }),
  ),
  subnets: optional(
    listField(subnetMapping, {
      description:
        "Subnets that change their addresses. Not together with `sync_instance_ports`, unless the server allows it.",
    }),
  ),
  networks: optional(
    relatedListField({
      description: "uuids of the source tenant's networks that are copied; none named: all.",
    }),
  ),
  skip_connection_extnet: optional(
    booleanField({ description: "Leave the routers without an external gateway." }),
  ),
  sync_instance_ports: optional(
    booleanField({ description: "Copy the ports of instances, and free ports that hold virtual addresses." }),
  ),
  static_routes: optional(
    choiceField(["documented", "reachable"], {
      description:
        "Which static routes are copied: those into the tenant's own subnets, or all with a reachable next hop.",
    }),
  ),
} as const

export const mapping = objectField(mappingFields, {
  title: "Mapping",
  description: "What differs in the destination.",
})

export type MappingValue = ObjectOf<typeof mappingFields>

const createFields = {
  src_resource: required(
    relatedField({ description: "uuid of the marketplace resource that is replicated." }),
  ),
  dst_offering: required(
    relatedField({ description: "uuid of the offering that the new tenant is made of." }),
  ),
  dst_plan: required(relatedField({ description: "uuid of a plan of that offering." })),
  name: optional(textField({ maxLength: 150, description: "Default: the source resource's name." })),
  description: optional(
    textField({ maxLength: 2000, description: "Default: the source resource's description." }),
  ),
  mappings: optional(mapping),
} as const

export const createRequest = objectField(createFields, {
  title: "MigrationCreateRequest",
  description: "Which tenant is replicated, what the new one is made of, and what differs in it.",
})

export type CreateRequest = ObjectOf<typeof createFields>

/** What is kept of the request, in the forms that Waldur keeps: hyphens in volume types, none in networks. */
export function storedMappings(mappings: MappingValue): Readonly<Record<string, unknown>> {
  const { volume_types, ...rest } = mappings
  return {
    ...(volume_types && {
      volume_types: volume_types.map(({ src_type_uuid, dst_type_uuid }) => ({
        src_type_uuid: dashed(src_type_uuid),
        dst_type_uuid: dashed(dst_type_uuid),
      })),
    }),
    ...rest,
  }
}
