import { type Cloud, type Collection, listResources } from "../../src/openstack/index.ts"
import { extensionsOf } from "./rich-tenant.ts"

/**
 * Attributes that the cloud chooses for each object; by docs/attributes.md a copy may differ in these only. Every other
 * attribute that the cloud shows, known to this project or not, is in the view.
 */
const ownValues = new Set([
  "id",
  "project_id",
  "tenant_id",
  "created_at",
  "updated_at",
  "revision_number",
  "status",
  "subnets",
  "availability_zones",
  "l2_adjacency",
  "provider:segmentation_id",
  "external_fixed_ips",
  "device_id",
  "device_owner",
  "binding:host_id",
  "binding:profile",
  "binding:vif_type",
  "binding:vif_details",
  "dns_assignment",
  "ip_allocation",
  "resource_request",
  "trunk_details",
  // Listed as objects of their own.
  "security_group_rules",
])

/** The same for ports of routers. */
const givenToRouters = new Set([...ownValues, "mac_address", "security_groups", "port_security_enabled"])

const parts: readonly (readonly [extension: string, collection: Collection])[] = [
  ["", "networks"],
  ["", "subnets"],
  ["router", "routers"],
  ["security-group", "security-groups"],
  ["security-group", "security-group-rules"],
  ["", "ports"],
  ["address-group", "address-groups"],
  ["qos", "policies"],
  ["trunk", "trunks"],
  ["rbac-policies", "rbac-policies"],
]

type Shown = Readonly<Record<string, unknown>> & { readonly id: string }

/** Returns a project with every attribute that its cloud shows, with names in place of ids, in a fixed order. */
export async function richView(cloud: Cloud, projectId: string): Promise<Readonly<Record<string, unknown>>> {
  const known = await extensionsOf(cloud)
  const wanted = parts.filter(([extension]) => extension === "" || known.has(extension))
  const read = await Promise.all(
    wanted.map(async ([, collection]) => {
      const resources = (await listResources(cloud, collection, {
        project_id: projectId,
      })) as readonly Shown[]
      return [collection, resources] as const
    }),
  )
  const outside = await listResources(cloud, "networks", { "router:external": true })
  const names = new Map([[projectId, "the project"], ...outside.map(({ id }) => [id, "outside"] as const)])
  for (const [collection, resources] of read) {
    for (const one of resources) names.set(one.id, `${collection} ${nameOf(one)}`)
  }
  const show = (value: unknown, ignored: ReadonlySet<string> = ownValues): unknown => {
    if (typeof value === "string") return names.get(value) ?? value
    if (Array.isArray(value)) return value.map((one) => show(one)).toSorted(byText)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !ignored.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, show(one)]),
    )
  }
  return Object.fromEntries(
    read.map(([collection, resources]) => [
      collection,
      resources
        .filter(isStructure)
        .map((one) => show(one, ownedByRouter(one) ? givenToRouters : ownValues))
        .toSorted(byText),
    ]),
  )
}

/** Whether a port was created by the cloud itself, e.g. for DHCP. */
function isStructure(one: Shown): boolean {
  const owner = one.device_owner
  return typeof owner !== "string" || owner === "" || /^(compute:|trunk:)/.test(owner) || ownedByRouter(one)
}

/** Plain, distributed and highly available routers have ports of different owners. */
function ownedByRouter({ device_owner: owner }: Shown): boolean {
  return /^network:(router_interface|ha_router_replicated_interface)/.test(String(owner))
}

/** Rules and ports of routers have no names; their attributes stand for them where other objects refer to them. */
function nameOf({ name, mac_address, cidr, description }: Shown): string {
  return [name, cidr ?? mac_address, description].filter(Boolean).join(" / ")
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
