import { type Collection, replaceTags } from "../openstack/index.ts"
import { type KindName, kindText } from "../planning/kind-names.ts"
import { type KindPlan, type PlanContext, type Planned, type Ref, ref } from "../planning/plan.ts"
import type { SourceObject, SourceTenant } from "../planning/source.ts"
import { sorted } from "../planning/unordered.ts"
import type { CloudContext } from "./cloud-context.ts"
import { differences } from "./compare.ts"
import { type Desired, defineKind } from "./kind.ts"

type Tagged = Extract<
  Collection,
  "networks" | "subnets" | "routers" | "security-groups" | "ports" | "trunks" | "policies"
>

interface Body {
  readonly collection: Tagged
  readonly id: Ref
  readonly tags: readonly string[]
}

interface Actual {
  readonly collection: Tagged
  readonly id: string
  readonly tags: readonly string[]
}

/** The tags of one object: Neutron accepts them in a request of their own, and not with the object. */
export const tag = defineKind<Body, Actual>({
  name: "tag",
  after: ["network", "subnet", "router", "security_group", "port", "trunk", "qos_policy"],

  plan: {
    build: plan,
  },

  api: {
    async list(context, desired) {
      const collections = [...new Set(desired.map(({ body }) => body.collection))]
      return (await Promise.all(collections.map((collection) => listTags(context, collection)))).flat()
    },
    id: (actual) => `${actual.collection}/${actual.id}`,
    batch: { maxSize: 1 },
    create: (context, desired) => Promise.all(desired.map((one) => put(context, one))),
    update: put,
  },

  verify: {
    isMatch: (desired, actual) => desired.collection === actual.collection && desired.id === actual.id,
    compare: ({ tags }, actual) => differences({ tags: sorted(tags) }, { tags: sorted(actual.tags) }),
    unmanagedName: ({ id, tags }, created) =>
      tags.length > 0 && created.has(id) ? `tags of ${created.get(id)}: ${tags.join(", ")}` : undefined,
  },

  removal: {
    delete: async ({ cloud }, { collection, id }) => {
      await replaceTags(cloud, collection, id, [])
    },
    deletedWithParent: true,
  },
})

async function put({ cloud }: CloudContext, { body }: Desired<Body>): Promise<Actual> {
  const { collection, id, tags } = body
  return { collection, id, tags: await replaceTags(cloud, collection, id, tags) }
}

async function listTags(context: CloudContext, collection: Tagged): Promise<readonly Actual[]> {
  const resources = await context.collection(collection)
  return resources.map(({ id, tags }) => ({ collection, id, tags: tags ?? [] }))
}

const sources: readonly (readonly [KindName, Tagged, (source: SourceTenant) => readonly SourceObject[]])[] = [
  ["network", "networks", (source) => source.networks],
  ["subnet", "subnets", (source) => source.subnets],
  ["router", "routers", (source) => source.routers],
  ["security_group", "security-groups", (source) => source.securityGroups],
  ["port", "ports", (source) => source.ports],
  ["trunk", "trunks", (source) => source.live?.trunks ?? []],
  ["qos_policy", "policies", (source) => source.live?.qosPolicies ?? []],
]

function plan({ source, withPorts }: PlanContext): KindPlan<Body> {
  const objects = sources.flatMap(([kind, collection, of]): readonly Planned<Body>[] =>
    !withPorts && (kind === "port" || kind === "trunk")
      ? []
      : of(source).flatMap(({ key, name, backendId, tags = [] }) =>
          tags.length === 0
            ? []
            : {
                key: `${kind}-${key}`,
                name: `tags of ${kindText(kind)} ${name}`,
                sourceId: backendId,
                body: { collection, id: ref(kind, key), tags },
              },
        ),
  )
  return { objects, omitted: [] }
}
