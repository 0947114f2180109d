import { createResources, deleteResource, type QosPolicy } from "../openstack/index.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  readonly is_default: boolean
}

/**
 * The tenant's own QoS policies, without their rules. They are created after the networks: Neutron assigns a project's
 * default policy to each network that is created later, also to one that is created without a policy.
 */
export const qosPolicy = defineKind<Body, QosPolicy>({
  name: "qos_policy",
  after: ["network"],

  plan: {
    build: ({ source }) => ({
      objects: (source.live?.qosPolicies ?? []).map(({ key, backendId, name, description, isDefault }) => ({
        key,
        name,
        sourceId: backendId,
        body: { project_id: ref("project", "project"), name, description, is_default: isDefault },
      })),
      omitted: [],
    }),
  },

  api: {
    list: (context) => context.collection("policies"),
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "policies",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, ...wanted }, actual) => differences(wanted, { ...actual }),
    unmanagedName: ({ id, name }) => name || id,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "policies", actual.id),
  },
})
