import { apiErrors } from "../api-error.ts"

/** The page of a list that a request selects. */
export interface Page {
  /** From 1. */
  readonly number: number
  /** Maximum number of rows. */
  readonly size: number
  /** Number of pages. */
  readonly pages: number
}

const defaultSize = 10
const maxSize = 300

/**
 * Reads `page` and `page_size` as Waldur does: `page` is a number from 1, or `last`; `page_size` is 10 by default and
 * 300 at most. 0 or a non-numeric size means the default.
 * @throws ApiError 404 where the page does not exist
 */
export function readPage(query: URLSearchParams, total: number): Page {
  const requested = (query.get("page_size") ?? "").trim()
  const size =
    /^\+?\d+$/.test(requested) && Number(requested) > 0 ? Math.min(Number(requested), maxSize) : defaultSize
  const pages = Math.max(1, Math.ceil(total / size))
  const text = (query.get("page") ?? "1").trim() || "1"
  const number = text === "last" ? pages : /^\+?\d+$/.test(text) ? Number(text) : 0
  if (number < 1 || number > pages) throw apiErrors.invalidPage()
  return { number, size, pages }
}

/**
 * Returns the `Link` header with the absolute addresses of the pages first, prev, next and last. The address of the
 * first page has no `page`; a query with `page` is sorted by key, as Waldur does.
 */
export function linkHeader(address: string, query: URLSearchParams, { number, pages }: Page): string {
  const rels: [string, number][] = [["first", 1]]
  if (number > 1) rels.push(["prev", number - 1])
  if (number < pages) rels.push(["next", number + 1])
  rels.push(["last", pages])
  return rels.map(([rel, page]) => `<${pageAddress(address, query, page)}>; rel="${rel}"`).join(", ")
}

function pageAddress(address: string, query: URLSearchParams, page: number): string {
  const entries = [...query].filter(([name]) => name !== "page")
  if (page > 1) entries.push(["page", String(page)])
  // Like Python's sort, URLSearchParams.sort is stable: repeated keys keep their order.
  const params = new URLSearchParams(entries)
  params.sort()
  const text = params.toString()
  return text === "" ? address : `${address}?${text}`
}
