import type { Cloud, CloudRequest } from "../cloud/types.ts"
import { CloudError } from "../errors/cloud-error.ts"
import { isNotFound } from "../errors/not-found.ts"
import { toCloudError } from "../errors/to-cloud-error.ts"
import { isJsonObject } from "../http/json.ts"

export type ListRequest = Omit<CloudRequest, "method" | "body">

/** Times that a list is read from its start again, because the marker of a page was deleted meanwhile. */
const MAX_RESTARTS = 5

/** Reads a collection to its end. @throws CloudError */
export async function listAll<T>(cloud: Cloud, request: ListRequest, collection: string): Promise<T[]> {
  for (let restarts = 0; restarts <= MAX_RESTARTS; restarts += 1) {
    const items = await readPages<T>(cloud, request, collection)
    if (items !== "marker deleted") return items
  }
  throw listError(cloud, request, "the list changes faster than it can be read", "later")
}

async function readPages<T>(
  cloud: Cloud,
  request: ListRequest,
  collection: string,
): Promise<T[] | "marker deleted"> {
  const items: T[] = []
  const seen = new Set<string>()
  for (let query = request.query; ; ) {
    let page: unknown
    try {
      page = await cloud.call({ ...request, ...(query && { query }), method: "GET" })
    } catch (error) {
      if (seen.size > 0 && isMarkerDeleted(error)) return "marker deleted"
      throw error
    }
    const found = isJsonObject(page) ? page[collection] : undefined
    if (!Array.isArray(found))
      throw listError(cloud, request, `the response has no list "${collection}"`, "no")
    items.push(...found)
    query = nextQuery(page, request.query)
    if (query === undefined) return items
    const key = JSON.stringify(query)
    if (seen.has(key))
      throw listError(cloud, request, "the pages of the list refer to each other in a circle", "no")
    seen.add(key)
  }
}

/** Neutron answers 404 for a page after a deleted marker, Nova and Cinder 400. */
function isMarkerDeleted(error: unknown): boolean {
  if (isNotFound(error)) return true
  if (!(error instanceof CloudError)) return false
  const { status, cloudMessage } = error.failure
  return status === 400 && /marker/i.test(cloudMessage)
}

/**
 * Returns the query of the next page, from Neutron's and Cinder's `<collection>_links`, Keystone's `links.next` or
 * Glance's `next`, or undefined at the end. Only the query of the link is used: its host may be one behind a proxy, and no token goes there.
 */
function nextQuery(page: unknown, query: CloudRequest["query"]): CloudRequest["query"] {
  const href = nextHref(page)
  if (href === undefined) return undefined
  const params = new URL(href, "http://any").searchParams
  const linked = Object.fromEntries([...new Set(params.keys())].map((key) => [key, params.getAll(key)]))
  return { ...query, ...linked }
}

function nextHref(page: unknown): string | undefined {
  if (!isJsonObject(page)) return undefined
  if (typeof page.next === "string") return page.next
  if (isJsonObject(page.links) && typeof page.links.next === "string") return page.links.next
  for (const [key, links] of Object.entries(page)) {
    if (!key.endsWith("_links") || !Array.isArray(links)) continue
    const next: unknown = links.find((link) => isJsonObject(link) && link.rel === "next")
    if (isJsonObject(next) && typeof next.href === "string") return next.href
  }
  return undefined
}

function listError(
  { name }: Cloud,
  request: ListRequest,
  message: string,
  retry: "no" | "later",
): CloudError {
  const call = { ...request, method: "GET", secrets: [] } as const
  return toCloudError({ name, password: "" }, call, { message, retry, uncertain: false })
}
