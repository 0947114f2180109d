import { insertRows, newRow, recordRows, textJson } from "../models/rows.ts"
import { createResources, deleteResource, type Router } from "../openstack/index.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
}

/** Routers alone: gateway, interfaces and static routes are kinds of their own, so that one refusal stops one thing. */
export const router = defineKind<Body, Router>({
  name: "router",
  after: ["quota"],
  table: "openstack_router",
  // Neutron has no bulk form for routers.
  chunk: { size: 1 },

  plan: ({ source }) => ({
    objects: source.routers.map(({ key, backendId, name, description }) => ({
      key,
      name,
      sourceId: backendId,
      body: { project_id: ref("project", "project"), name, description },
    })),
    omitted: [],
  }),

  store: (context, planned) =>
    insertRows(
      context.trx,
      "openstack_router",
      planned.map(({ body }) => ({
        ...newRow(context, body.name, body.description),
        backend_id: "",
        tenant_id: context.tenantId,
        routes: textJson([]),
        fixed_ips: textJson([]),
      })),
    ),

  list: (context) => context.collection("routers"),
  id: (actual) => actual.id,
  create: ({ cloud }, desired) =>
    createResources(
      cloud,
      "routers",
      desired.map(({ body }) => body),
    ),
  remove: ({ cloud }, actual) => deleteResource(cloud, "routers", actual.id),

  compare: ({ project_id: _, ...wanted }, actual) => differences(wanted, { ...actual }),

  record: (trx, done) =>
    recordRows(
      trx,
      "openstack_router",
      done.map(({ rowId, actual }) => ({ rowId, backendId: actual.id })),
    ),
})
