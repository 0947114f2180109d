import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import {
  type Cloud,
  CloudError,
  connectCloud,
  findProjectsByName,
  getProject,
  isNotFound,
  listOwnProjects,
  type Project,
} from "../../src/openstack/index.ts"
import { UsageError } from "../command/usage-error.ts"

export interface Source {
  readonly connection: CloudConnection
  readonly projectId: string
}

/**
 * Finds the project to copy by its name or id, and the connection to read it with: an administrator reads every project;
 * any other user signs in to it.
 * @param wanted undefined: the project that the credentials are scoped to
 * @throws UsageError where the project does not exist or its name is not unique
 */
export async function findSource(connection: CloudConnection, wanted: string | undefined): Promise<Source> {
  const cloud = connectCloud(connection)
  try {
    const own = await cloud.whoami()
    if (wanted === undefined || wanted === own.projectId) return { connection, projectId: own.projectId }
    const asAdmin = await unlessForbidden(() => findAny(cloud, wanted))
    const found = asAdmin ?? (await listOwnProjects(cloud)).filter(isCalled(wanted))
    const { id: projectId } = single(found, connection.name, wanted)
    if (asAdmin !== undefined || projectId === own.projectId) return { connection, projectId }
    if (connection.applicationCredential !== undefined) {
      throw new UsageError(
        `--source-project: the application credential of cloud "${connection.name}" is restricted to project ${own.projectId}; Keystone issues it no token for another one.`,
      )
    }
    return { connection: { ...connection, projectId }, projectId }
  } finally {
    await cloud.close()
  }
}

const isCalled =
  (wanted: string) =>
  ({ id, name }: Project) =>
    id === wanted || name === wanted

async function findAny(cloud: Cloud, wanted: string): Promise<readonly Project[]> {
  const named = await findProjectsByName(cloud, wanted)
  if (named.length > 0) return named
  try {
    return [await getProject(cloud, wanted)]
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** Returns undefined where the cloud refuses with 403. */
async function unlessForbidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof CloudError && error.failure.status === 403) return undefined
    throw error
  }
}

function single(found: readonly Project[], cloud: string, wanted: string): Project {
  const [project, ...others] = found
  if (project === undefined) {
    throw new UsageError(
      `--source-project: cloud "${cloud}" has no project "${wanted}" that this user may read.`,
    )
  }
  if (others.length > 0) {
    const ids = found.map(({ id, domain_id }) => `${id} (domain ${domain_id})`)
    throw new UsageError(
      `--source-project: cloud "${cloud}" has several projects "${wanted}"; use an id instead of the name: ${ids.join(", ")}.`,
    )
  }
  return project
}
