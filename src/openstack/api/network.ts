import { ignoreNotFound } from "../errors/not-found.ts"
import type { Cloud, CloudRequest } from "../types.ts"
import { type Collection, collections, type ResourceOf } from "./network-collections.ts"
import type { RouterInterface } from "./network-types.ts"
import { path } from "./path.ts"
import { numbersOf, type Quotas } from "./quotas.ts"

export type { Collection, ResourceOf } from "./network-collections.ts"

/** Attributes to send. */
export type Body = Readonly<Record<string, unknown>>

const service = "network"

/** GET /v2.0/COLLECTION, all pages. */
export function listResources<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  query: NonNullable<CloudRequest["query"]> = {},
): Promise<readonly T[]> {
  const names = collections[collection]
  return cloud.list<T>({ service, path: names.path, query }, names.many)
}

/** GET /v2.0/COLLECTION/ID */
export function getResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  id: string,
): Promise<T> {
  return one<T>(cloud, collection, { method: "GET", path: pathOf(collection, id) })
}

/**
 * POST /v2.0/COLLECTION, several in the bulk form; answers in the order asked. All or nothing for networks, subnets,
 * ports and rules; bulk rules must be of one group. Routers have no bulk form ("Bulk operation not supported"), and
 * operators may switch it off: one body goes in the plain form, which every cloud takes.
 */
export async function createResources<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  bodies: readonly Body[],
): Promise<readonly T[]> {
  const [first, ...more] = bodies
  if (first === undefined) return []
  if (more.length === 0) return [await createResource<C, T>(cloud, collection, first)]
  const { path, many } = collections[collection]
  const request = { service, method: "POST", path, body: { [many]: bodies } } as const
  return (await cloud.call<Record<string, readonly T[]>>(request))[many] ?? []
}

/** POST /v2.0/COLLECTION */
export function createResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  body: Body,
): Promise<T> {
  return one<T>(cloud, collection, { method: "POST", path: collections[collection].path }, body)
}

/** PUT /v2.0/COLLECTION/ID; attributes that are not named stay. */
export function updateResource<C extends Collection, T = ResourceOf<C>>(
  cloud: Cloud,
  collection: C,
  id: string,
  body: Body,
): Promise<T> {
  return one<T>(cloud, collection, { method: "PUT", path: pathOf(collection, id) }, body)
}

/** DELETE /v2.0/COLLECTION/ID. @throws CloudError also where it is gone already (404) */
export async function deleteResource(cloud: Cloud, collection: Collection, id: string): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: pathOf(collection, id) })
}

/** Which interface: by its subnet (the gateway's address is taken) or by a port that is there. */
export type InterfaceOf = { readonly subnet_id: string } | { readonly port_id: string }

/** PUT /v2.0/routers/ID/add_router_interface. Twice is refused, so it is not sent again where its answer was lost. */
export function addRouterInterface(
  cloud: Cloud,
  routerId: string,
  body: InterfaceOf,
): Promise<RouterInterface> {
  const at = path`/routers/${routerId}/add_router_interface`
  return cloud.call({ service, method: "PUT", path: at, body, repeatable: false })
}

/** PUT /v2.0/routers/ID/remove_router_interface. 404 is "not there", also after an answer that was lost. */
export async function removeRouterInterface(
  cloud: Cloud,
  routerId: string,
  body: InterfaceOf,
): Promise<void> {
  await cloud.call({ service, method: "PUT", path: path`/routers/${routerId}/remove_router_interface`, body })
}

/** PUT /v2.0/COLLECTION/ID/tags: these and no others. Answers them as they are then. */
export async function replaceTags(
  cloud: Cloud,
  collection: Collection,
  id: string,
  tags: readonly string[],
): Promise<readonly string[]> {
  // Neutron serves the tags of QoS policies beside `/qos`, and refuses bodies below it ("Invalid tags body").
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
  const answer = await cloud.call<Record<string, { readonly id: string }>>(request)
  return answer[`${type}_rule`] as { readonly id: string }
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

/** PUT /v2.0/quotas/PROJECT; those that are not named stay. */
export async function setNetworkQuota(cloud: Cloud, projectId: string, quota: Quotas): Promise<Quotas> {
  const request = { service, method: "PUT", path: path`/quotas/${projectId}`, body: { quota } } as const
  return numbersOf((await cloud.call<{ quota: Quotas }>(request)).quota)
}

/** DELETE /v2.0/quotas/PROJECT: the cloud's defaults again. One that has none of its own (404) is as wanted. */
export async function resetNetworkQuota(cloud: Cloud, projectId: string): Promise<void> {
  await ignoreNotFound(cloud.call({ service, method: "DELETE", path: path`/quotas/${projectId}` }))
}

async function one<T>(
  cloud: Cloud,
  collection: Collection,
  request: Pick<CloudRequest, "method" | "path">,
  body?: Body,
): Promise<T> {
  const key = collections[collection].one
  const answer = await cloud.call<Record<string, T>>({
    service,
    ...request,
    ...(body === undefined ? {} : { body: { [key]: body } }),
  })
  return answer[key] as T
}

function pathOf(collection: Collection, id: string): string {
  return `${collections[collection].path}${path`/${id}`}`
}
