import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import type { Cloud } from "../../src/openstack/index.ts"

interface Named {
  readonly id: string
  readonly name: string
}

const service = "identity"

/** All names of the domain are read, to find one that is free. */
export async function makeProject(admin: Cloud, name: string): Promise<string> {
  const domain_id = await domainOf(admin)
  await admin.list<Named>({ service, path: "/projects", query: { domain_id } }, "projects")
  const body = { project: { name, domain_id: await domainOf(admin) } }
  return (await admin.call<{ project: Named }>({ service, method: "POST", path: "/projects", body })).project
    .id
}

export async function sayWhoIsAdmin(admin: Cloud, username: string, projectId: string): Promise<void> {
  const [user] = await admin.list<Named>({ service, path: "/users", query: { name: username } }, "users")
  await grant(admin, "admin", projectId, user?.id ?? "")
}

export async function makeUser(
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

/** Of Neutron's quotas it sets those of groups and rules alone: the others are here so that a large tenant has room. */
export async function pushQuotas(admin: Cloud, projectId: string, { quotas }: TenantSpec): Promise<void> {
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

/** Asked anew each time: of the whole client only the sign-in is kept. */
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
