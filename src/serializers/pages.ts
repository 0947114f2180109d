import { apiErrors } from "../api-error.ts"

/** Which rows of a list are asked for. */
export interface Page {
  readonly number: number
  readonly size: number
  readonly pages: number
}

const defaultSize = 10
const mostRows = 300

/**
 * Waldur's paging: `page` from 1 or `last`, `page_size` 10 unless told, at most 300; sizes that make no sense are
 * the default. @throws ApiError 404 for a page that is not there
 */
export function readPage(query: URLSearchParams, total: number): Page {
  const asked = (query.get("page_size") ?? "").trim()
  const size = /^\+?\d+$/.test(asked) && Number(asked) > 0 ? Math.min(Number(asked), mostRows) : defaultSize
  const pages = Math.max(1, Math.ceil(total / size))
  const text = (query.get("page") ?? "1").trim() || "1"
  const number = text === "last" ? pages : /^\+?\d+$/.test(text) ? Number(text) : 0
  if (number < 1 || number > pages) throw apiErrors.invalidPage()
  return { number, size, pages }
}

/**
 * The `Link` header: first, prev, next, last, with absolute addresses. The first page carries no `page`; where `page`
 * is put in, the query is sorted by key.
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
  // URLSearchParams.sort is stable, as Python's sort is: repeated keys keep their order.
  const params = new URLSearchParams(entries)
  params.sort()
  const text = params.toString()
  return text === "" ? address : `${address}?${text}`
}
