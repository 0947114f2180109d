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
  {
    title: "VolumeTypeMapping",
    description: "A volume type at the source and the one that replaces it in the destination.",
  },
)

const subnetMapping = objectField(
  {
    src_cidr: required(cidrField({ description: "CIDR of a subnet at the source." })),
    dst_cidr: required(cidrField({ description: "CIDR of its copy in the destination." })),
  },
  {
    title: "SubNetMapping",
    description:
      "Two private networks without host bits, of the same IP version. Addresses keep their host part.",
  },
)

const mappingFields = {
  volume_types: optional(
    listField(volumeTypeMapping, {
      description: "Volume type mappings. A type without a mapping keeps its name.",
    }),
  ),
  subnets: optional(
    listField(subnetMapping, {
      description:
        "Subnet mappings. A subnet without a mapping keeps its addresses. Not allowed together with `sync_instance_ports`, unless the server permits it.",
    }),
  ),
  networks: optional(
    relatedListField({
      description: "uuids of the networks of the source tenant to copy; empty or absent means all.",
    }),
  ),
  skip_connection_extnet: optional(
    booleanField({ description: "Create the routers without an external gateway." }),
  ),
  sync_instance_ports: optional(
    booleanField({
      description: "Copy the ports of instances, and unattached ports, which often hold virtual addresses.",
    }),
  ),
  static_routes: optional(
    choiceField(["documented", "reachable"], {
      description:
        "Which static routes to copy: `documented` copies those into the tenant's own subnets, `reachable` all with a reachable next hop.",
    }),
  ),
} as const

export const mapping = objectField(mappingFields, {
  title: "Mapping",
  description: "What differs from the source in the destination.",
})

export type MappingValue = ObjectOf<typeof mappingFields>

const createFields = {
  src_resource: required(relatedField({ description: "uuid of the marketplace resource to replicate." })),
  dst_offering: required(relatedField({ description: "uuid of the offering of the new tenant." })),
  dst_plan: required(relatedField({ description: "uuid of a plan of that offering." })),
  name: optional(
    textField({
      maxLength: 150,
      description: "Name of the new tenant. Default: the source resource's name.",
    }),
  ),
  description: optional(
    textField({
      maxLength: 2000,
      description: "Description of the new tenant. Default: the source resource's description.",
    }),
  ),
  mappings: optional(mapping),
} as const

export const createRequest = objectField(createFields, {
  title: "MigrationCreateRequest",
  description: "The tenant to replicate, the offering and plan of its copy, and what differs in the copy.",
})

export type CreateRequest = ObjectOf<typeof createFields>

/**
 * Returns the mappings as Waldur stores them: uuids of volume types with hyphens, and both switches also where none was
 * sent. Waldur stores no networks, and its serializer fails on a row that has them; the plan's inputs have them, and
 * `static_routes`, which Waldur does not have.
 */
export function storedMappings(mappings: MappingValue): Readonly<Record<string, unknown>> {
  const { volume_types, subnets, skip_connection_extnet = false, sync_instance_ports = false } = mappings
  return {
    ...(volume_types && {
      volume_types: volume_types.map(({ src_type_uuid, dst_type_uuid }) => ({
        src_type_uuid: dashed(src_type_uuid),
        dst_type_uuid: dashed(dst_type_uuid),
      })),
    }),
    ...(subnets && { subnets }),
    skip_connection_extnet,
    sync_instance_ports,
  }
}
