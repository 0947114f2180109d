import { CloudError } from "../errors/cloud-error.ts"
import { failure } from "../errors/to-cloud-error.ts"
import { isObject } from "../http/error-response.ts"
import type { Cloud, CloudRequest } from "../types.ts"

export type ListRequest = Omit<CloudRequest, "method" | "body">

/** Times that a list is read anew because an entry went away under it. */
const RESTARTS_MOST = 5

/** A collection to its end. */
export async function listAll<T>(cloud: Cloud, request: ListRequest, collection: string): Promise<T[]> {
  for (let restarts = 0; restarts <= RESTARTS_MOST; restarts += 1) {
    const items = await readPages<T>(cloud, request, collection)
    if (items !== "gone") return items
  }
  throw unlisted(cloud, request, "the list changes faster than it is read", "later")
}

/** "gone" where the last entry of a page was deleted before the next page was asked for. */
async function readPages<T>(cloud: Cloud, request: ListRequest, collection: string): Promise<T[] | "gone"> {
  const items: T[] = []
  const seen = new Set<string>()
  for (let query = request.query; ; ) {
    let page: unknown
    try {
      page = await cloud.call({ ...request, ...(query && { query }), method: "GET" })
    } catch (error) {
      if (seen.size > 0 && isMarkerGone(error)) return "gone"
      throw error
    }
    const found = isObject(page) ? page[collection] : undefined
    if (!Array.isArray(found)) throw unlisted(cloud, request, `the answer has no list "${collection}"`, "no")
    items.push(...found)
    query = nextQuery(page, request.query)
    if (query === undefined) return items
    const key = JSON.stringify(query)
    if (seen.has(key)) throw unlisted(cloud, request, "the pages of the list go round in a circle", "no")
    seen.add(key)
  }
}

/** Neutron answers 404 for a page that begins after an entry that is gone, Nova and Cinder 400. */
function isMarkerGone(error: unknown): boolean {
  if (!(error instanceof CloudError)) return false
  const { status, cloudMessage } = error.failure
  return status === 404 || (status === 400 && /marker/i.test(cloudMessage))
}

/**
 * Query of the page that follows, from Neutron's and Cinder's `<collection>_links` or Keystone's `links.next`;
 * undefined at the end. Only the link's query is used: its host may be one behind a proxy, and no token goes there.
 */
function nextQuery(page: unknown, query: CloudRequest["query"]): CloudRequest["query"] {
  const href = nextHref(page)
  if (href === undefined) return undefined
  const params = new URL(href, "http://any").searchParams
  const linked = Object.fromEntries([...new Set(params.keys())].map((key) => [key, params.getAll(key)]))
  return { ...query, ...linked }
}

function nextHref(page: unknown): string | undefined {
  if (!isObject(page)) return undefined
  if (isObject(page.links) && typeof page.links.next === "string") return page.links.next
  for (const [key, links] of Object.entries(page)) {
    if (!key.endsWith("_links") || !Array.isArray(links)) continue
    const next: unknown = links.find((link) => isObject(link) && link.rel === "next")
    if (isObject(next) && typeof next.href === "string") return next.href
  }
  return undefined
}

function unlisted({ name }: Cloud, request: ListRequest, message: string, retry: "no" | "later"): CloudError {
  const call = { ...request, method: "GET", secrets: [] } as const
  return failure({ name, password: "" }, call, { message, retry, uncertain: false })
}
