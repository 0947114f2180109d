import type { Cloud, CloudRequest } from "../cloud/types.ts"
import { ignoreNotFound } from "../errors/not-found.ts"
import { type Collection, collections, type ResourceOf } from "./network-collections.ts"
import type { RouterInterface } from "./network-types.ts"
import { path } from "./path.ts"
import { detailsOf, numbersOf, type QuotaDetails, type Quotas } from "./quotas.ts"

export type { Collection, ResourceOf } from "./network-collections.ts"

/** Attributes of a resource in a request. */
export type Body = Readonly<Record<string, unknown>>

const service = "network"

/** GET /v2.0/COLLECTION, all pages. */
export function listResources<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  query: NonNullable<CloudRequest["query"]> = {},
): Promise<readonly T[]> {
  const names = collections[collection]
  return cloud.list<T>({ service, path: names.path, query }, names.plural)
}

/** GET /v2.0/COLLECTION/ID */
export function getResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  id: string,
): Promise<T> {
  return singleResource<T>(cloud, collection, { method: "GET", path: pathOf(collection, id) })
}

/**
 * POST /v2.0/COLLECTION. Returns the resources in the order of the bodies.
 *
 * Several bodies are sent in the bulk form. Neutron then creates all or none of networks, subnets, ports and rules; rules
 * must be of one security group. Routers have no bulk form ("Bulk operation not supported"), and operators may switch it
 * off, so a single body is sent in the plain form, which every cloud accepts.
 */
export async function createResources<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  bodies: readonly Body[],
): Promise<readonly T[]> {
  const [first, ...more] = bodies
  if (first === undefined) return []
  if (more.length === 0) return [await createResource<C, T>(cloud, collection, first)]
  const { path, plural } = collections[collection]
  const request = { service, method: "POST", path, body: { [plural]: bodies } } as const
  return (await cloud.call<Record<string, readonly T[]>>(request))[plural] ?? []
}

/** POST /v2.0/COLLECTION */
export function createResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  body: Body,
): Promise<T> {
  return singleResource<T>(cloud, collection, { method: "POST", path: collections[collection].path }, body)
}

/** PUT /v2.0/COLLECTION/ID. Other attributes keep their values. */
export function updateResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  id: string,
  body: Body,
): Promise<T> {
  return singleResource<T>(cloud, collection, { method: "PUT", path: pathOf(collection, id) }, body)
}

/** DELETE /v2.0/COLLECTION/ID. @throws CloudError, also where the resource does not exist (404) */
export async function deleteResource(cloud: Cloud, collection: Collection, id: string): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: pathOf(collection, id) })
}

/** Names a router interface by its subnet (it gets the subnet's gateway address) or by an existing port. */
export type InterfaceOf = { readonly subnet_id: string } | { readonly port_id: string }

/** PUT /v2.0/routers/ID/add_router_interface. Not retried after a lost response: Neutron refuses a second interface. */
export function addRouterInterface(
  cloud: Cloud,
  routerId: string,
  body: InterfaceOf,
): Promise<RouterInterface> {
  const at = path`/routers/${routerId}/add_router_interface`
  return cloud.call({ service, method: "PUT", path: at, body, repeatable: false })
}

/** PUT /v2.0/routers/ID/remove_router_interface. @throws CloudError with 404 where it is missing, also if a lost try removed it */
export async function removeRouterInterface(
  cloud: Cloud,
  routerId: string,
  body: InterfaceOf,
): Promise<void> {
  await cloud.call({ service, method: "PUT", path: path`/routers/${routerId}/remove_router_interface`, body })
}

/** PUT /v2.0/COLLECTION/ID/tags: replaces all tags, and returns them. */
export async function replaceTags(
  cloud: Cloud,
  collection: Collection,
  id: string,
  tags: readonly string[],
): Promise<readonly string[]> {
  // Neutron serves the tags of QoS policies at `/policies`; below `/qos` it refuses every body ("Invalid tags body").
  const at = collection === "policies" ? path`/policies/${id}/tags` : `${pathOf(collection, id)}/tags`
  const request = { service, method: "PUT", path: at, body: { tags } } as const
  return (await cloud.call<{ tags: readonly string[] }>(request)).tags
}

/** POST /v2.0/qos/policies/ID/TYPE_rules, e.g. for type `bandwidth_limit`. */
export async function createQosRule(
  cloud: Cloud,
  policyId: string,
  type: string,
  values: Body,
): Promise<{ readonly id: string }> {
  const request = {
    service,
    method: "POST",
    path: qosRules(policyId, type),
    body: { [`${type}_rule`]: values },
  } as const
  const response = await cloud.call<Record<string, { readonly id: string }>>(request)
  return response[`${type}_rule`] as { readonly id: string }
}

/** DELETE /v2.0/qos/policies/ID/TYPE_rules/RULE */
export async function deleteQosRule(cloud: Cloud, policyId: string, type: string, id: string): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: `${qosRules(policyId, type)}${path`/${id}`}` })
}

function qosRules(policyId: string, type: string): string {
  return path`/qos/policies/${policyId}/${`${type}_rules`}`
}

/** GET /v2.0/quotas/PROJECT */
export async function getNetworkQuota(cloud: Cloud, projectId: string): Promise<Quotas> {
  const request = { service, method: "GET", path: path`/quotas/${projectId}` } as const
  return numbersOf((await cloud.call<{ quota: Quotas }>(request)).quota)
}

/** GET /v2.0/quotas/PROJECT/details */
export async function getNetworkUsage(cloud: Cloud, projectId: string): Promise<QuotaDetails> {
  const request = { service, method: "GET", path: path`/quotas/${projectId}/details` } as const
  return detailsOf((await cloud.call<{ quota: Quotas }>(request)).quota)
}

/** PUT /v2.0/quotas/PROJECT. Other quotas keep their values. */
export async function setNetworkQuota(cloud: Cloud, projectId: string, quota: Quotas): Promise<Quotas> {
  const request = { service, method: "PUT", path: path`/quotas/${projectId}`, body: { quota } } as const
  return numbersOf((await cloud.call<{ quota: Quotas }>(request)).quota)
}

/** DELETE /v2.0/quotas/PROJECT: resets to the cloud's defaults. A project without quotas of its own (404) has them already. */
export async function resetNetworkQuota(cloud: Cloud, projectId: string): Promise<void> {
  await ignoreNotFound(cloud.call({ service, method: "DELETE", path: path`/quotas/${projectId}` }))
}

async function singleResource<T>(
  cloud: Cloud,
  collection: Collection,
  request: Pick<CloudRequest, "method" | "path">,
  body?: Body,
): Promise<T> {
  const key = collections[collection].singular
  const response = await cloud.call<Record<string, T>>({
    service,
    ...request,
    ...(body === undefined ? {} : { body: { [key]: body } }),
  })
  return response[key] as T
}

function pathOf(collection: Collection, id: string): string {
  return `${collections[collection].path}${path`/${id}`}`
}
