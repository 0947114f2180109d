import type { Cloud } from "../cloud/types.ts"
import { isNotFound } from "../errors/not-found.ts"
import { path } from "./path.ts"

/** https://docs.openstack.org/api-ref/identity/v3/ */
export interface Domain {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly domain_id: string
  readonly enabled: boolean
  readonly tags?: readonly string[]
}

export interface User {
  readonly id: string
  readonly name: string
  readonly domain_id: string
  readonly enabled: boolean
  readonly default_project_id?: string | null
  readonly description?: string | null
}

export interface Role {
  readonly id: string
  readonly name: string
}

export interface RoleAssignment {
  readonly role: { readonly id: string }
  readonly user?: { readonly id: string }
  readonly group?: { readonly id: string }
  readonly scope: { readonly project?: { readonly id: string }; readonly domain?: { readonly id: string } }
}

export interface NameInDomain {
  readonly name: string
  readonly domainId: string
}

export interface Grant {
  readonly projectId: string
  readonly userId: string
  readonly roleId: string
}

const service = "identity"

/** GET /v3/domains */
export async function findDomain(cloud: Cloud, name: string): Promise<Domain | undefined> {
  const domains = await cloud.list<Domain>({ service, path: "/domains", query: { name } }, "domains")
  return domains.find((domain) => domain.name === name) ?? domains[0]
}

/** GET /v3/projects */
export function findProjects(cloud: Cloud, { name, domainId }: NameInDomain): Promise<readonly Project[]> {
  return cloud.list({ service, path: "/projects", query: { name, domain_id: domainId } }, "projects")
}

/** GET /v3/projects, in all domains; exact names only. */
export async function findProjectsByName(cloud: Cloud, name: string): Promise<readonly Project[]> {
  const projects = await cloud.list<Project>({ service, path: "/projects", query: { name } }, "projects")
  return projects.filter((project) => project.name === name)
}

/** GET /v3/auth/projects: the projects in which the signed-in user has a role. */
export function listOwnProjects(cloud: Cloud): Promise<readonly Project[]> {
  return cloud.list({ service, path: "/auth/projects" }, "projects")
}

/** GET /v3/projects/ID */
export async function getProject(cloud: Cloud, id: string): Promise<Project> {
  const request = { service: "identity", method: "GET", path: path`/projects/${id}` } as const
  return (await cloud.call<{ project: Project }>(request)).project
}

/** POST /v3/projects */
export async function createProject(
  cloud: Cloud,
  {
    name,
    domainId,
    description = "",
    tags,
  }: NameInDomain & { description?: string; tags?: readonly string[] },
): Promise<Project> {
  const project = { name, description, domain_id: domainId, enabled: true, ...(tags && { tags }) }
  const request = { service, method: "POST", path: "/projects", body: { project } } as const
  return (await cloud.call<{ project: Project }>(request)).project
}

/** DELETE /v3/projects/ID. Keystone does not delete the project's resources in other services. */
export async function deleteProject(cloud: Cloud, id: string): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: path`/projects/${id}` })
}

/** GET /v3/users */
export function findUsers(cloud: Cloud, { name, domainId }: NameInDomain): Promise<readonly User[]> {
  return cloud.list({ service, path: "/users", query: { name, domain_id: domainId } }, "users")
}

export interface NewUser extends NameInDomain {
  readonly password: string
  readonly defaultProjectId: string
  readonly description?: string
}

/** POST /v3/users */
export async function createUser(
  cloud: Cloud,
  { name, password, domainId, defaultProjectId, description = "" }: NewUser,
): Promise<User> {
  const user = {
    name,
    password,
    description,
    domain_id: domainId,
    default_project_id: defaultProjectId,
    enabled: true,
  }
  const request = { service, method: "POST", path: "/users", body: { user } } as const
  return (await cloud.call<{ user: User }>(request)).user
}

/** DELETE /v3/users/ID */
export async function deleteUser(cloud: Cloud, id: string): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: path`/users/${id}` })
}

/** GET /v3/roles. Prefers the exact name, then ignores letter case: some clouds have `Member`. */
export async function findRole(cloud: Cloud, name: string): Promise<Role | undefined> {
  const roles = await cloud.list<Role>({ service, path: "/roles" }, "roles")
  const lower = name.toLowerCase()
  return roles.find((role) => role.name === name) ?? roles.find((role) => role.name.toLowerCase() === lower)
}

/** PUT /v3/projects/ID/users/ID/roles/ID */
export async function grantRole(cloud: Cloud, grant: Grant): Promise<void> {
  await cloud.call({ service, method: "PUT", path: pathOf(grant) })
}

/** HEAD /v3/projects/ID/users/ID/roles/ID */
export async function hasRole(cloud: Cloud, grant: Grant): Promise<boolean> {
  try {
    await cloud.call({ service, method: "HEAD", path: pathOf(grant) })
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

/** DELETE /v3/projects/ID/users/ID/roles/ID */
export async function revokeRole(cloud: Cloud, grant: Grant): Promise<void> {
  await cloud.call({ service, method: "DELETE", path: pathOf(grant) })
}

/** GET /v3/role_assignments */
export function listRoleAssignments(
  cloud: Cloud,
  { projectId }: { readonly projectId: string },
): Promise<readonly RoleAssignment[]> {
  const query = { "scope.project.id": projectId }
  return cloud.list({ service, path: "/role_assignments", query }, "role_assignments")
}

function pathOf({ projectId, userId, roleId }: Grant): string {
  return path`/projects/${projectId}/users/${userId}/roles/${roleId}`
}
