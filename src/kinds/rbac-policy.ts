import { CloudError, createResources, deleteResource, type RbacPolicy } from "../openstack/index.ts"
import {
  type KindPlan,
  type Omission,
  type PlanContext,
  type Planned,
  type Ref,
  ref,
} from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  readonly object_type: string
  readonly object_id: Ref
  readonly action: string
  readonly target_tenant: string | Ref
}

/** RBAC policies: to which projects the tenant shares its networks, groups and policies. */
export const rbacPolicy = defineKind<Body, RbacPolicy>({
  name: "rbac_policy",
  after: ["network", "security_group", "address_group", "qos_policy"],

  plan: {
    build: plan,
  },

  api: {
    list: (context) => context.collection("rbac-policies"),
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "rbac-policies",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, target_tenant, ...wanted }, actual) =>
      differences(
        { ...wanted, target_tenant },
        { ...actual, target_tenant: actual.target_tenant ?? actual.target_project },
      ),
    unmanagedName: ({ action, object_type: type, target_tenant: target = "*" }) =>
      `${action} of ${type.replaceAll("_", " ")} for ${target === "*" ? "everybody" : target}`,
  },

  removal: {
    // Neutron refuses to delete a policy whose object the tenant itself uses, and deletes it with the object.
    async delete({ cloud }, actual) {
      try {
        await deleteResource(cloud, "rbac-policies", actual.id)
      } catch (error) {
        if (!(error instanceof CloudError) || error.failure.type !== "RbacPolicyInUse") throw error
      }
    },
  },
})

function plan({ source, sameCloud }: PlanContext): KindPlan<Body> {
  const objects: Planned<Body>[] = []
  const omitted: Omission[] = []
  for (const policy of source.live?.rbacPolicies ?? []) {
    const { key, backendId, object, objectType, action, target } = policy
    const name = `${action} of ${objectType.replaceAll("_", " ")} for ${target === "*" ? "everybody" : target}`
    if (object === undefined) {
      const reason = `The ${objectType.replaceAll("_", " ")} it shares is not copied.`
      omitted.push({ kind: "rbac_policy", key, name, reason })
    } else if (target !== "*" && target !== "self" && !sameCloud) {
      const reason = `It refers to the project ${target} of the source cloud, which the destination does not have.`
      omitted.push({ kind: "rbac_policy", key, name, reason })
    } else {
      objects.push({
        key,
        name,
        sourceId: backendId,
        body: {
          project_id: ref("project", "project"),
          object_type: objectType,
          object_id: ref(object.kind, object.key),
          action,
          target_tenant: target === "self" ? ref("project", "project") : target,
        },
      })
    }
  }
  return { objects, omitted }
}
