import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import { CloudError, listProjectServers, listProjectVolumes, listResources } from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import { loadCreated, unmanagedIn } from "./created-objects.ts"

/**
 * What is in the destination project and is none of the migration's, for people: structure that others have added,
 * and what makes use of ours. What the cloud makes by itself, e.g. a port for DHCP, is no stranger.
 * @param counts kinds that are looked at
 */
export async function listUnmanaged(
  db: Db,
  context: CloudContext,
  migration: number,
  counts: (kind: AnyKind) => boolean = () => true,
): Promise<readonly string[]> {
  const { cloud, projectId } = context
  if (projectId === "") return []
  const { parts, ours } = await loadCreated(db, migration)
  const structure = await Promise.all(
    parts.map(async ({ kind, done }) => {
      if (kind.verify.unmanagedName === undefined || !counts(kind)) return []
      const actual: readonly unknown[] = await orNone(unknownHere, kind.api.list(context, done))
      return unmanagedIn(kind, actual, done, ours).map((one) => `${kindText(one.kind)} "${one.name}"`)
    }),
  )
  const users = await Promise.all([
    named("floating IP", orNone(unknownHere, listResources(cloud, "floatingips", { project_id: projectId }))),
    named("server", orNone(noService, listProjectServers(cloud, projectId))),
    named("volume", orNone(noService, listProjectVolumes(cloud, projectId))),
  ])
  return [...structure.flat(), ...users.flat()]
}

interface Shown {
  readonly id: string
  readonly name?: string | null
  readonly floating_ip_address?: string
}

async function named(what: string, reading: Promise<readonly Shown[]>): Promise<readonly string[]> {
  return (await reading).map((one) => `${what} "${one.name || one.floating_ip_address || one.id}"`)
}

/** A cloud without an extension does not know its objects. */
const unknownHere = ({ failure }: CloudError) => failure.status === 404
const noService = ({ failure }: CloudError) => failure.absent === true

/** A cloud has none of what it cannot have. Whatever else keeps it from telling is no answer: nobody may seem not to use the tenant. */
async function orNone<T>(
  cannotHave: (error: CloudError) => boolean,
  reading: Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CloudError && cannotHave(error)) return []
    throw error
  }
}
