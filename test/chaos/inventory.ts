import { type Cloud, type Collection, listResources, type RoleAssignment } from "../../src/openstack/index.ts"
import { extensionsOf } from "../helpers/rich-tenant.ts"

/** A resource in a cloud, whoever created it. */
export interface Item {
  readonly collection: string
  readonly id: string
  /** "": it is in no project. */
  readonly projectId: string
}

const collections: readonly (readonly [extension: string, collection: Collection])[] = [
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

interface Shown {
  readonly id: string
  readonly project_id?: string
  readonly default_project_id?: string | null
  readonly device_id?: string
}

/** Lists all resources of a cloud, of all projects. */
export async function inventoryOf(cloud: Cloud): Promise<readonly Item[]> {
  const known = await extensionsOf(cloud)
  const read = async (collection: string, list: Promise<readonly Shown[]>, projectOf = projectIdOf) =>
    (await list).map((one) => ({
      collection,
      id: one.id,
      projectId: projectOf(one),
      deviceId: one.device_id,
    }))
  const identity = (collection: string) =>
    cloud.list<Shown>({ service: "identity", path: `/${collection}` }, collection)
  const parts = await Promise.all([
    read("projects", identity("projects"), ({ id }) => id),
    read("users", identity("users"), (user) => user.default_project_id ?? ""),
    assignments(cloud),
    ...collections
      .filter(([extension]) => extension === "" || known.has(extension))
      .map(([, collection]) =>
        read(collection, listResources(cloud, collection) as Promise<readonly Shown[]>),
      ),
  ])
  return parts.flat().map(({ deviceId, ...item }, _, all) => {
    // The port of an external gateway is in no project.
    if (item.projectId !== "" || !deviceId) return item
    return { ...item, projectId: all.find(({ id }) => id === deviceId)?.projectId ?? "" }
  })
}

async function assignments(cloud: Cloud) {
  const path = "/role_assignments"
  const found = await cloud.list<RoleAssignment>({ service: "identity", path }, "role_assignments")
  return found.map(({ role, user, scope }) => {
    const projectId = scope.project?.id ?? ""
    const id = `${projectId}/${user?.id}/${role.id}`
    return { collection: "role assignments", id, projectId, deviceId: undefined }
  })
}

function projectIdOf({ project_id }: Shown): string {
  return project_id ?? ""
}

/** Returns the number of items by collection, in a fixed order. */
export function countsOf(items: readonly Item[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(items, ({ collection }) => collection)]
      .map(([collection, its]) => [collection, its.length] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
