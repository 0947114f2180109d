import { type AddressGroup, createResources, deleteResource } from "../openstack/index.ts"
import { mapAddressOrPrefix } from "../planning/cidr-mapping.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { sorted } from "../planning/unordered.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  /** As Neutron returns them: networks; an address has its full prefix length. */
  readonly addresses: readonly string[]
}

/** Address groups, to which rules of security groups may refer. */
export const addressGroup = defineKind<Body, AddressGroup>({
  name: "address_group",
  after: ["quota"],

  plan: {
    build: ({ source, mappings }) => ({
      objects: (source.live?.addressGroups ?? []).map(({ key, backendId, name, description, addresses }) => ({
        key,
        name,
        sourceId: backendId,
        body: {
          project_id: ref("project", "project"),
          name,
          description,
          addresses: addresses.map((address) => mapAddressOrPrefix(address, mappings)),
        },
      })),
      omitted: [],
    }),
  },

  api: {
    list: (context) => context.collection("address-groups"),
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "address-groups",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, addresses, ...wanted }, actual) =>
      differences(
        { ...wanted, addresses: sorted(addresses) },
        { ...actual, addresses: sorted(actual.addresses) },
      ),
    unmanagedName: ({ id, name }) => name || id,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "address-groups", actual.id),
  },
})
