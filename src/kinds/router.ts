import { textJson } from "../models/rows.ts"
import { createResources, deleteResource, type Router } from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { liveDifferences } from "./compare.ts"
import { defineKind } from "./kind.ts"
import { recordIds, tableRows } from "./table-rows.ts"

interface Body extends LiveAttributes<"router"> {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
}

/**
 * Routers. Gateways, interfaces and static routes are kinds of their own, so that a refusal affects one of them alone.
 */
export const router = defineKind<Body, Router>({
  name: "router",
  after: ["quota"],

  plan: {
    build: ({ source }) => ({
      objects: source.routers.map(({ key, backendId, name, description, live }) => ({
        key,
        name,
        sourceId: backendId,
        body: { project_id: ref("project", "project"), name, description, ...live },
      })),
      omitted: [],
    }),
  },

  rows: {
    ...tableRows<Body>("openstack_router", ({ tenantId }, { name, description }) => ({
      name,
      description,
      backend_id: "",
      tenant_id: tenantId,
      routes: textJson([]),
      fixed_ips: textJson([]),
    })),
    recordBackendIds: recordIds("openstack_router"),
    table: "openstack_router",
  },

  api: {
    list: (context) => context.collection("routers"),
    id: (actual) => actual.id,
    // Neutron has no bulk form for routers.
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      createResources(
        cloud,
        "routers",
        desired.map(({ body }) => body),
      ),
  },

  verify: {
    compare: ({ project_id: _, ...wanted }, actual) => liveDifferences(wanted, actual),
    unmanagedName: ({ id, name }) => name || id,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "routers", actual.id),
  },
})
