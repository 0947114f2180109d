import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import {
  CloudError,
  isNotFound,
  listProjectServers,
  listProjectVolumes,
  listResources,
} from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import { findUnmanaged, loadCreated } from "./created-objects.ts"

/**
 * Returns what is in the destination project and was not created by the migration, e.g. `port "web"`: network objects,
 * and servers, volumes and floating IPs. What the cloud creates by itself, e.g. a port for DHCP, does not count.
 * @param isCounted the kinds that are looked at
 */
export async function listUnmanaged(
  db: Db,
  context: CloudContext,
  migrationId: number,
  isCounted: (kind: AnyKind) => boolean = () => true,
): Promise<readonly string[]> {
  const { cloud, projectId } = context
  if (projectId === "") return []
  const { parts, names } = await loadCreated(db, migrationId)
  const objects = await Promise.all(
    parts.map(async ({ kind, items }) => {
      if (kind.verify.unmanagedName === undefined || !isCounted(kind)) return []
      const actual: readonly unknown[] = await emptyIf(isNotFound, kind.api.list(context, items))
      return findUnmanaged(kind, actual, items, names).map(
        (object) => `${kindText(object.kind)} "${object.name}"`,
      )
    }),
  )
  const users = await Promise.all([
    describe(
      "floating IP",
      emptyIf(isNotFound, listResources(cloud, "floatingips", { project_id: projectId })),
    ),
    describe("server", emptyIf(hasNoService, listProjectServers(cloud, projectId))),
    describe("volume", emptyIf(hasNoService, listProjectVolumes(cloud, projectId))),
  ])
  return [...objects.flat(), ...users.flat()]
}

interface Resource {
  readonly id: string
  readonly name?: string | null
  readonly floating_ip_address?: string
}

async function describe(type: string, listing: Promise<readonly Resource[]>): Promise<readonly string[]> {
  const resources = await listing
  return resources.map(
    ({ id, name, floating_ip_address }) => `${type} "${name || floating_ip_address || id}"`,
  )
}

/** Whether the cloud's catalog lacks the service. */
function hasNoService(error: unknown): boolean {
  return error instanceof CloudError && error.failure.notInCatalog === true
}

/** An empty list where the cloud cannot have such objects. Any other error is thrown: a tenant in use must not look unused. */
async function emptyIf<T>(
  cannotHave: (error: unknown) => boolean,
  listing: Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await listing
  } catch (error) {
    if (cannotHave(error)) return []
    throw error
  }
}
