import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import type { Cloud } from "../../src/openstack/index.ts"

interface Named {
  readonly id: string
  readonly name: string
}

const service = "identity"

/** Lists all projects of the domain first, as Waldur does to find a free name. */
export async function createProject(admin: Cloud, name: string): Promise<string> {
  const domain_id = await domainOf(admin)
  await admin.list<Named>({ service, path: "/projects", query: { domain_id } }, "projects")
  const body = { project: { name, domain_id: await domainOf(admin) } }
  return (await admin.call<{ project: Named }>({ service, method: "POST", path: "/projects", body })).project
    .id
}

export async function grantAdmin(admin: Cloud, username: string, projectId: string): Promise<void> {
  const [user] = await admin.list<Named>({ service, path: "/users", query: { name: username } }, "users")
  await grant(admin, "admin", projectId, user?.id ?? "")
}

export async function createUser(
  admin: Cloud,
  { username, password }: { readonly username: string; readonly password: string },
  projectId: string,
): Promise<string> {
  const domain_id = await domainOf(admin)
  const body = { user: { name: username, password, domain_id, default_project_id: projectId } }
  const { user } = await admin.call<{ user: Named }>({ service, method: "POST", path: "/users", body })
  await grant(admin, "Member", projectId, user.id)
  return user.id
}

/** Waldur sets only the network quotas of groups and rules; the others are set here so that a large tenant fits. */
export async function setQuotas(admin: Cloud, projectId: string, { quotas }: TenantSpec): Promise<void> {
  const path = `/os-quota-sets/${projectId}`
  const volume = { quota_set: { gigabytes: 1_000, volumes: 10, snapshots: 10 } }
  await admin.call({ service: "volume", method: "PUT", path, body: volume })
  const compute = { quota_set: { instances: 10, cores: 16, ram: 32_768 } }
  await admin.call({ service: "compute", method: "PUT", path, body: compute })
  await admin.call({
    service: "network",
    method: "PUT",
    path: `/quotas/${projectId}`,
    body: { quota: quotas },
  })
}

/** Reads the domain each time, as Waldur does: it keeps nothing but the session. */
async function domainOf(admin: Cloud): Promise<string> {
  const query = { name: "Default" }
  const [domain] = await admin.list<Named>({ service, path: "/domains", query }, "domains")
  return domain?.id ?? "default"
}

async function grant(admin: Cloud, name: string, projectId: string, userId: string): Promise<void> {
  const [role] = await admin.list<Named>({ service, path: "/roles", query: { name } }, "roles")
  const path = `/projects/${projectId}/users/${userId}/roles/${role?.id}`
  await admin.call({ service, method: "PUT", path })
}
