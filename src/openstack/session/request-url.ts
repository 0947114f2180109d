import type { CloudRequest } from "../cloud/types.ts"

/** Returns the URL of a request below a service's endpoint. */
export function requestUrl(endpoint: string, { path, query = {} }: CloudRequest): URL {
  const url = new URL(`${endpoint}${path}`)
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(item))
  }
  return url
}
