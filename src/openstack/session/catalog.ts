import type { CloudConnection, Service } from "../types.ts"

export interface CatalogEntry {
  readonly type: string
  readonly endpoints: readonly {
    readonly interface: string
    readonly region?: string | null
    readonly region_id?: string | null
    readonly url: string
  }[]
}

export interface Scope {
  readonly catalog: readonly CatalogEntry[]
  readonly projectId: string
}

/** Names that clouds list a service under, the usual one first. */
const types: Readonly<Record<Service, readonly string[]>> = {
  identity: ["identity"],
  network: ["network"],
  compute: ["compute"],
  volume: ["volumev3", "block-storage", "block-store", "volume"],
}

/**
 * Address of a service, with the version that the client's paths are below. @throws Error with what the catalog has
 */
export function endpointOf(service: Service, connection: CloudConnection, scope: Scope): string {
  if (service === "identity") return identityRoot(findUrl(service, connection, scope) ?? connection.authUrl)
  const found = findUrl(service, connection, scope)
  if (found === undefined) throw new Error(missing(service, connection, scope))
  return versioned[service](found.replace(/\/+$/, ""), scope.projectId)
}

/** Whether the catalog has the service where the connection wants it. Keystone needs no entry. */
export function isListed(service: Service, connection: CloudConnection, scope: Scope): boolean {
  return service === "identity" || findUrl(service, connection, scope) !== undefined
}

/** Whether the cloud has the service at all in the connection's region, over whatever interface. */
export function isOffered(service: Service, { region }: CloudConnection, scope: Scope): boolean {
  return scope.catalog
    .filter(({ type }) => types[service].includes(type))
    .some(({ endpoints }) => endpoints.some(inRegion(region)))
}

/** `/v3` of a Keystone address that may name a version. */
export function identityRoot(url: string): string {
  return `${url.replace(/\/+$/, "").replace(/\/v(2\.0|3)$/, "")}/v3`
}

const versioned: Readonly<Record<Exclude<Service, "identity">, (url: string, projectId: string) => string>> =
  {
    network: (url) => (/\/v\d[^/]*$/.test(url) ? url : `${url}/v2.0`),
    compute: (url) => (hasVersion(url) ? url : `${url}/v2.1`),
    // Cinder answers "Malformed request url" where the project is not the signed-in one
    volume: (url, projectId) => {
      const versioned = hasVersion(url) ? url : `${url}/v3`
      return /\/v\d[^/]*$/.test(versioned) ? `${versioned}/${projectId}` : versioned
    },
  }

function hasVersion(url: string): boolean {
  return /\/v\d[^/]*(\/|$)/.test(new URL(url).pathname)
}

/** Where no region is wanted, each will do. */
function inRegion(region: string | undefined) {
  return (one: CatalogEntry["endpoints"][number]) =>
    region === undefined || region === one.region || region === one.region_id
}

function findUrl(service: Service, connection: CloudConnection, scope: Scope): string | undefined {
  const wanted = connection.interface ?? "public"
  const endpoints = types[service]
    .flatMap((type) => scope.catalog.filter((entry) => entry.type === type))
    .flatMap((entry) => entry.endpoints)
    .filter((endpoint) => endpoint.interface === wanted)
  const found = endpoints.find(inRegion(connection.region))
  // Keystone is often listed under a region of its own
  return (found ?? (service === "identity" ? endpoints[0] : undefined))?.url
}

/** Names the regions where the wanted one is none, the places of the service where it has some, else all services. */
function missing(service: Service, { region, interface: wanted = "public" }: CloudConnection, scope: Scope) {
  const all = scope.catalog.flatMap(({ endpoints }) => endpoints)
  const regions = new Set(all.flatMap((e) => e.region ?? e.region_id ?? []))
  if (
    region !== undefined &&
    regions.size > 0 &&
    all.every((e) => e.region !== region && e.region_id !== region)
  )
    return `the catalog has no region ${region}; it has ${[...regions].join(", ")}`
  const entries = scope.catalog.filter(({ type }) => types[service].includes(type))
  const places = entries.map(({ type, endpoints }) => {
    const seen = endpoints.map((e) => `${e.interface}@${e.region ?? e.region_id ?? "no region"}`)
    return `${type} (${[...new Set(seen)].join(", ")})`
  })
  const elsewhere = entries.some(({ endpoints }) => endpoints.some((e) => e.interface === wanted))
  const where = region === undefined || !elsewhere ? "" : ` in region ${region}`
  const has = places.length > 0 ? places.join("; ") : scope.catalog.map(({ type }) => type).join(", ")
  return `the catalog has no ${wanted} endpoint of type ${types[service].join(" or ")}${where}; it has ${has || "nothing"}`
}
