import { sql } from "kysely"
import { createResources, deleteResource, type Network } from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { liveDifferences } from "./compare.ts"
import { defineKind } from "./kind.ts"
import { recordIds, tableRows } from "./table-rows.ts"

interface Body extends LiveAttributes<"network"> {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  /** Absent: the destination's default. */
  readonly mtu?: number
}

/** Networks. Neutron allows several of the same name; recorded ids and attributes identify them. */
export const network = defineKind<Body, Network>({
  name: "network",
  after: ["quota"],

  plan: {
    build: ({ source }) => ({
      objects: source.networks.map(({ key, backendId, name, description, mtu, live }) => ({
        key,
        name,
        sourceId: backendId,
        body: {
          project_id: ref("project", "project"),
          name,
          description,
          ...(mtu === null ? {} : { mtu }),
          ...live,
        },
      })),
      omitted: [],
    }),
  },

  rows: {
    ...tableRows<Body>("openstack_network", ({ tenantId }, body) => ({
      name: body.name,
      description: body.description,
      runtime_state: "",
      backend_id: "",
      is_external: false,
      type: "",
      segmentation_id: null,
      tenant_id: tenantId,
      mtu: body.mtu ?? null,
    })),
    async recordBackendIds(trx, done) {
      await recordIds("openstack_network")(trx, done)
      await sql`
      update openstack_network as row
      set runtime_state = done.status, type = done.type, segmentation_id = done.segment, mtu = done.mtu
      from unnest(
        ${done.map((one) => one.rowId)}::int[],
        ${done.map((one) => one.actual.status)}::text[],
        ${done.map((one) => one.actual["provider:network_type"] ?? "")}::text[],
        ${done.map((one) => one.actual["provider:segmentation_id"] ?? null)}::int[],
        ${done.map((one) => one.actual.mtu ?? null)}::int[]
      ) as done (id, status, type, segment, mtu)
      where row.id = done.id`.execute(trx)
    },
    table: "openstack_network",
  },

  api: {
    list: (context) => context.collection("networks"),
    id: (actual) => actual.id,
    batch: { maxSize: 20, minSize: 10 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "networks",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, ...wanted }, actual) => liveDifferences(wanted, actual),
    unmanagedName: ({ id, name }) => name || id,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "networks", actual.id),
  },
})
