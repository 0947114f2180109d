import { createResources, deleteResource, type Trunk, updateResource } from "../openstack/index.ts"
import {
  type KindPlan,
  type Omission,
  type PlanContext,
  type Planned,
  type Ref,
  ref,
} from "../planning/plan.ts"
import { sorted } from "../planning/unordered.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  readonly admin_state_up: boolean
  readonly port_id: Ref
  readonly sub_ports: readonly {
    readonly port_id: Ref
    readonly segmentation_type: string
    readonly segmentation_id: number
  }[]
}

/** Trunks. A port is the parent of at most one trunk, so the port identifies it. */
export const trunk = defineKind<Body, Trunk>({
  name: "trunk",
  after: ["port"],

  plan: {
    build: plan,
  },

  api: {
    list: (context) => context.collection("trunks"),
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "trunks",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    isMatch: (desired, actual) => desired.port_id === actual.port_id,
    compare: ({ project_id: _, sub_ports, ...wanted }, actual) =>
      differences(
        { ...wanted, sub_ports: sorted(sub_ports) },
        { ...actual, sub_ports: sorted(actual.sub_ports) },
      ),
    unmanagedName: ({ id, name }) => name || id,
  },

  removal: {
    // Neutron refuses to delete a disabled trunk (TrunkDisabled).
    async delete({ cloud }, { id, admin_state_up: enabled }) {
      if (!enabled) await updateResource(cloud, "trunks", id, { admin_state_up: true })
      await deleteResource(cloud, "trunks", id)
    },
  },
})

function plan({ source, withPorts }: PlanContext): KindPlan<Body> {
  const objects: Planned<Body>[] = []
  const omitted: Omission[] = []
  const copied = new Set(withPorts ? source.ports.map(({ key }) => key) : [])
  for (const { key, backendId, name, description, adminStateUp, port, subPorts } of source.live?.trunks ??
    []) {
    if (![port, ...subPorts.map((one) => one.port)].every((one) => copied.has(one))) {
      omitted.push({ kind: "trunk", key, name, reason: "Not all of its ports are copied." })
      continue
    }
    objects.push({
      key,
      name,
      sourceId: backendId,
      body: {
        project_id: ref("project", "project"),
        name,
        description,
        admin_state_up: adminStateUp,
        port_id: ref("port", port),
        sub_ports: subPorts.map((one) => ({
          port_id: ref("port", one.port),
          segmentation_type: one.segmentationType,
          segmentation_id: one.segmentationId,
        })),
      },
    })
  }
  return { objects, omitted }
}
