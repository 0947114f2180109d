import { updateResource } from "../openstack/index.ts"
import {
  type KindPlan,
  type Omission,
  type PlanContext,
  type Planned,
  type Ref,
  ref,
} from "../planning/plan.ts"
import type { SourceObject } from "../planning/source.ts"
import type { CloudContext } from "./cloud-context.ts"
import { differences } from "./compare.ts"
import { type Desired, defineKind } from "./kind.ts"

interface Body {
  readonly collection: "networks" | "ports"
  readonly id: Ref
  readonly qos_policy_id: Ref
}

interface Actual {
  readonly collection: "networks" | "ports"
  readonly id: string
  readonly qos_policy_id: string | null
}

/**
 * QoS policies of networks and ports. They are objects of their own, so that a refused policy does not fail its
 * network.
 */
export const qosBinding = defineKind<Body, Actual>({
  name: "qos_binding",
  after: ["qos_policy", "network", "port"],

  plan: {
    build: plan,
  },

  api: {
    async list(context, desired) {
      const collections = [...new Set(desired.map(({ body }) => body.collection))]
      const all = collections.map(async (collection) =>
        (await context.collection(collection)).map(({ id, qos_policy_id = null }) => ({
          collection,
          id,
          qos_policy_id,
        })),
      )
      return (await Promise.all(all)).flat()
    },
    id: (actual) => `${actual.collection}/${actual.id}`,
    batch: { maxSize: 1 },
    create: (context, desired) => Promise.all(desired.map((one) => bind(context, one))),
    update: bind,
  },

  verify: {
    isMatch: (desired, actual) => desired.collection === actual.collection && desired.id === actual.id,
    compare: ({ qos_policy_id }, actual) => differences({ qos_policy_id }, { ...actual }),
    unmanagedName: ({ id, qos_policy_id: policy }, created) =>
      policy !== null && created.has(id) ? `QoS of ${created.get(id)}` : undefined,
  },

  removal: {
    async delete({ cloud }, { collection, id }) {
      await updateResource(cloud, collection, id, { qos_policy_id: null })
    },
  },
})

async function bind({ cloud }: CloudContext, { body }: Desired<Body>): Promise<Actual> {
  const { collection, id, qos_policy_id } = body
  await updateResource(cloud, collection, id, { qos_policy_id })
  return { collection, id, qos_policy_id }
}

function plan({ source, withPorts }: PlanContext): KindPlan<Body> {
  const objects: Planned<Body>[] = []
  const omitted: Omission[] = []
  const bindings: readonly (readonly ["network" | "port", "networks" | "ports", readonly SourceObject[]])[] =
    [
      ["network", "networks", source.networks],
      ["port", "ports", withPorts ? source.ports : []],
    ]
  for (const [kind, collection, from] of bindings) {
    for (const { key, name, backendId, qosPolicy } of from) {
      if (qosPolicy === undefined) continue
      const common = { key: `${kind}-${key}`, name: `QoS of ${kind} ${name}` }
      if ("notCopied" in qosPolicy) {
        omitted.push({ kind: "qos_binding", ...common, reason: qosPolicy.notCopied })
        continue
      }
      const body = { collection, id: ref(kind, key), qos_policy_id: ref("qos_policy", qosPolicy.key) }
      objects.push({ ...common, sourceId: backendId, body })
    }
  }
  return { objects, omitted }
}
