import { connectionTo } from "../../host/demo/simulated.ts"
import type { SimulatedCloud } from "../../simulator/index.ts"
import {
  type Cloud,
  connectCloud,
  createProject,
  createUser,
  findRole,
  grantRole,
} from "../../src/openstack/index.ts"
import { signIn } from "../cloud/session.ts"
import { made } from "../cloud/wire.ts"

export interface MemberCredential {
  readonly projectId: string
  readonly id: string
  readonly secret: string
}

const password = "Tr0ub4dor-member"

/**
 * Creates an application credential as a member of a project.
 * @param makeProject returns the project's id @default creates an empty project
 */
export async function memberCredential(
  target: SimulatedCloud,
  makeProject: (cloud: Cloud, domainId: string) => Promise<string> = emptyProject,
): Promise<MemberCredential> {
  const cloud = connectCloud({ ...connectionTo("the cloud", target), requestsPerSecond: 5_000, inFlight: 16 })
  try {
    const { domainId } = await cloud.whoami()
    const projectId = await makeProject(cloud, domainId)
    const name = `member-of-${projectId}`
    const user = await createUser(cloud, { name, password, domainId, defaultProjectId: projectId })
    const role = await findRole(cloud, "member")
    await grantRole(cloud, { projectId, userId: user.id, roleId: role?.id ?? "" })
    const where = { ...target.admin, authUrl: target.authUrl, volumeTypes: {}, externalNetworkId: "" }
    const session = await signIn(where, { name, password, project: { id: projectId } })
    const body = { application_credential: { name: "replication" } }
    const answer = await session.identity("POST", `/users/${user.id}/application_credentials`, body)
    const { id, secret } = made(answer)
    return { projectId, id: String(id), secret: String(secret) }
  } finally {
    await cloud.close()
  }
}

async function emptyProject(cloud: Cloud, domainId: string): Promise<string> {
  return (await createProject(cloud, { name: `members-${Math.random()}`, domainId })).id
}
