import { createQosRule, deleteQosRule } from "../openstack/index.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly qos_policy_id: Ref
  /** Neutron's name of the type, e.g. `bandwidth_limit`. */
  readonly type: string
  readonly values: Readonly<Record<string, unknown>>
}

interface Actual {
  readonly id: string
  readonly policyId: string
  readonly type: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Rules of QoS policies. A policy has at most one of a type and direction, so all attributes together identify a rule.
 */
export const qosRule = defineKind<Body, Actual>({
  name: "qos_rule",
  after: ["qos_policy"],

  plan: {
    build: ({ source }) => ({
      objects: (source.live?.qosPolicies ?? []).flatMap((policy) =>
        policy.rules.map(({ key, backendId, type, values }) => ({
          key,
          name: `${type} of ${policy.name}`,
          sourceId: backendId,
          body: { qos_policy_id: ref("qos_policy", policy.key), type, values },
        })),
      ),
      omitted: [],
    }),
  },

  api: {
    async list(context) {
      const policies = await context.collection("policies")
      return policies.flatMap((policy) =>
        policy.rules.map(({ id, type, qos_policy_id: _, tenant_id: __, project_id: ___, ...values }) => ({
          id,
          policyId: policy.id,
          type,
          values,
        })),
      )
    },
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      Promise.all(
        desired.map(async ({ body: { qos_policy_id: policyId, type, values } }) => {
          const { id } = await createQosRule(cloud, policyId, type, values)
          return { id, policyId, type, values }
        }),
      ),
  },

  verify: {
    compare: ({ qos_policy_id, type, values }, actual) =>
      differences(
        { qos_policy_id, type, ...values },
        { qos_policy_id: actual.policyId, type: actual.type, ...actual.values },
      ),
    unmanagedName: ({ policyId, type }, created) =>
      created.has(policyId) ? `${type} of ${created.get(policyId)}` : undefined,
  },

  removal: {
    delete: ({ cloud }, { policyId, type, id }) => deleteQosRule(cloud, policyId, type, id),
    deletedWithParent: true,
  },
})
