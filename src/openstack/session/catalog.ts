import type { CloudConnection, Service } from "../cloud/types.ts"

/** One service of Keystone's catalog. */
export interface CatalogEntry {
  readonly type: string
  readonly endpoints: readonly {
    readonly interface: string
    readonly region?: string | null
    readonly region_id?: string | null
    readonly url: string
  }[]
}

/** What a token is valid for. */
export interface Scope {
  readonly catalog: readonly CatalogEntry[]
  readonly projectId: string
}

/** Types under which clouds list a service, the current one first. */
const types: Readonly<Record<Service, readonly string[]>> = {
  identity: ["identity"],
  network: ["network"],
  compute: ["compute"],
  volume: ["volumev3", "block-storage", "block-store", "volume"],
  image: ["image"],
}

/**
 * Returns the URL that the paths of a service are below, version included.
 * @throws Error that says what the catalog has instead
 */
export function endpointOf(service: Service, connection: CloudConnection, scope: Scope): string {
  if (service === "identity") return identityRoot(findUrl(service, connection, scope) ?? connection.authUrl)
  const found = findUrl(service, connection, scope)
  if (found === undefined) throw new Error(describeMissing(service, connection, scope))
  return versioned[service](found.replace(/\/+$/, ""), scope.projectId)
}

/** Whether the catalog has the service in the connection's region and interface. Keystone needs no entry. */
export function isListed(service: Service, connection: CloudConnection, scope: Scope): boolean {
  return service === "identity" || findUrl(service, connection, scope) !== undefined
}

/** Whether the catalog has the service in the connection's region at all, whatever the interface. */
export function isOffered(service: Service, { region }: CloudConnection, scope: Scope): boolean {
  return scope.catalog
    .filter(({ type }) => types[service].includes(type))
    .some(({ endpoints }) => endpoints.some(inRegion(region)))
}

/** Returns the URL of Keystone v3, from an address with or without a version. */
export function identityRoot(url: string): string {
  return `${url.replace(/\/+$/, "").replace(/\/v(2\.0|3)$/, "")}/v3`
}

const versioned: Readonly<Record<Exclude<Service, "identity">, (url: string, projectId: string) => string>> =
  {
    network: (url) => (/\/v\d[^/]*$/.test(url) ? url : `${url}/v2.0`),
    compute: (url) => (hasVersion(url) ? url : `${url}/v2.1`),
    // Cinder refuses the id of another project than the token's: "Malformed request url"
    volume: (url, projectId) => {
      const versioned = hasVersion(url) ? url : `${url}/v3`
      return /\/v\d[^/]*$/.test(versioned) ? `${versioned}/${projectId}` : versioned
    },
    image: (url) => (/\/v\d[^/]*$/.test(url) ? url : `${url}/v2`),
  }

function hasVersion(url: string): boolean {
  return /\/v\d[^/]*(\/|$)/.test(new URL(url).pathname)
}

/** Without a region, every endpoint matches. */
function inRegion(region: string | undefined) {
  return (endpoint: CatalogEntry["endpoints"][number]) =>
    region === undefined || region === endpoint.region || region === endpoint.region_id
}

function findUrl(service: Service, connection: CloudConnection, scope: Scope): string | undefined {
  const wanted = connection.interface ?? "public"
  const endpoints = types[service]
    .flatMap((type) => scope.catalog.filter((entry) => entry.type === type))
    .flatMap((entry) => entry.endpoints)
    .filter((endpoint) => endpoint.interface === wanted)
  const found = endpoints.find(inRegion(connection.region))
  // Keystone often has a region of its own
  return (found ?? (service === "identity" ? endpoints[0] : undefined))?.url
}

/**
 * Says what the catalog has instead: its regions, if the connection's is unknown; else the interfaces and regions of the
 * service; else its services. The remediation is chosen by the first words.
 */
function describeMissing(service: Service, connection: CloudConnection, scope: Scope): string {
  const { region, interface: wanted = "public" } = connection
  const regions = regionsOf(scope)
  if (region !== undefined && regions.known.length > 0 && !regions.all.has(region))
    return `the catalog has no region ${region}; it has ${regions.known.join(", ")}`
  const entries = scope.catalog.filter(({ type }) => types[service].includes(type))
  const hasInterface = entries.some(({ endpoints }) => endpoints.some((e) => e.interface === wanted))
  const where = region === undefined || !hasInterface ? "" : ` in region ${region}`
  const present = entries.length > 0 ? entries.map(describeEntry) : scope.catalog.map(({ type }) => type)
  const list = present.join(entries.length > 0 ? "; " : ", ") || "nothing"
  return `the catalog has no ${wanted} endpoint of type ${types[service].join(" or ")}${where}; it has ${list}`
}

/** `known` has one name for each endpoint's region, `all` its id as well. */
function regionsOf({ catalog }: Scope) {
  const endpoints = catalog.flatMap((entry) => entry.endpoints)
  return {
    known: [...new Set(endpoints.flatMap((e) => e.region ?? e.region_id ?? []))],
    all: new Set(endpoints.flatMap((e) => [e.region, e.region_id])),
  }
}

function describeEntry({ type, endpoints }: CatalogEntry): string {
  const seen = endpoints.map((e) => `${e.interface}@${e.region ?? e.region_id ?? "no region"}`)
  return `${type} (${[...new Set(seen)].join(", ")})`
}
