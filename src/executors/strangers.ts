import type { CloudContext } from "../kinds/cloud-context.ts"
import { kinds } from "../kinds/index.ts"
import type { Db } from "../models/database.ts"
import { CloudError, listProjectServers, listProjectVolumes, listResources } from "../openstack/index.ts"
import { loadWorks } from "./works.ts"

/**
 * What is in the destination project and is none of the migration's, for people: structure that others have added,
 * and what makes use of ours. What the cloud makes by itself, e.g. a port for DHCP, is no stranger.
 */
export async function strangersIn(
  db: Db,
  context: CloudContext,
  migration: number,
): Promise<readonly string[]> {
  const { cloud, projectId } = context
  if (projectId === "") return []
  const loaded = await Promise.all(
    kinds.map(async (kind) => {
      const { works } = await loadWorks(db, kind, migration)
      return { kind, works: works.filter((one) => one.backendId !== null) }
    }),
  )
  const ours = new Map(
    loaded.flatMap(({ works }) => works.map((one) => [one.backendId ?? "", one.name] as const)),
  )
  const structure = await Promise.all(
    loaded.map(async ({ kind, works }) => {
      const { foreign } = kind
      if (foreign === undefined) return []
      const actual: readonly unknown[] = await orNone(kind.list(context, works))
      const own = new Set(works.map(({ backendId }) => backendId))
      return actual.flatMap((one) => {
        const name = own.has(kind.id(one)) ? undefined : foreign(one, ours)
        return name === undefined ? [] : [`${kind.name.replaceAll("_", " ")} "${name}"`]
      })
    }),
  )
  const users = await Promise.all([
    named("floating IP", orNone(listResources(cloud, "floatingips", { project_id: projectId }))),
    named("server", orNone(listProjectServers(cloud, projectId))),
    named("volume", orNone(listProjectVolumes(cloud, projectId))),
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

/** A cloud that does not know such objects (404), or has no such service (nothing was asked), has none of them. */
async function orNone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading
  } catch (error) {
    const unknown =
      error instanceof CloudError &&
      (error.failure.status === 404 || (error.failure.status === 0 && error.retry === "no"))
    if (unknown) return []
    throw error
  }
}
