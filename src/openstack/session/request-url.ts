import type { CloudRequest } from "../types.ts"

/** A request's full address below a service's endpoint. */
export function addressOf(endpoint: string, { path, query = {} }: CloudRequest): URL {
  const url = new URL(`${endpoint}${path}`)
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(one))
  }
  return url
}
