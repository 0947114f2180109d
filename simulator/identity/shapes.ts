import {
  domain,
  type Grant,
  type Identity,
  type Project,
  type Role,
  rolesOf,
  type Token,
  type User,
} from "./state.ts"

export const projectShape = (base: string, row: Project): object => ({
  id: row.id,
  name: row.name,
  domain_id: domain.id,
  description: row.description,
  enabled: row.enabled,
  parent_id: domain.id,
  is_domain: false,
  tags: row.tags,
  options: {},
  links: { self: `${base}/projects/${row.id}` },
})

export const userShape = (base: string, row: User): object => ({
  ...row.extra,
  id: row.id,
  name: row.name,
  domain_id: domain.id,
  enabled: row.enabled,
  ...(row.defaultProjectId === undefined ? {} : { default_project_id: row.defaultProjectId }),
  password_expires_at: null,
  options: {},
  links: { self: `${base}/users/${row.id}` },
})

export const roleShape = (base: string, row: Role): object => ({
  id: row.id,
  name: row.name,
  domain_id: null,
  description: null,
  options: { immutable: true },
  links: { self: `${base}/roles/${row.id}` },
})

export const domainShape = (base: string): object => ({
  ...domain,
  description: "The default domain",
  enabled: true,
  tags: [],
  options: {},
  links: { self: `${base}/domains/${domain.id}` },
})

export function assignmentShape(identity: Identity, base: string, grant: Grant, names: boolean): object {
  const named = (row: { id: string; name: string } | undefined, id: string, more: object = {}) =>
    names && row ? { id, name: row.name, ...more } : { id }
  const { projectId, userId, roleId } = grant
  return {
    links: { assignment: `${base}/projects/${projectId}/users/${userId}/roles/${roleId}` },
    scope: { project: named(identity.projects.get(projectId), projectId, { domain }) },
    user: named(identity.users.get(userId), userId, { domain }),
    role: named(
      identity.roles.find(({ id }) => id === roleId),
      roleId,
    ),
  }
}

const instant = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}.000000Z`

export function tokenShape(
  identity: Identity,
  token: Token,
  catalogOf: (projectId: string) => object[],
): object {
  const user = identity.users.get(token.userId)
  const project = token.projectId === undefined ? undefined : identity.projects.get(token.projectId)
  return {
    token: {
      methods: token.methods,
      user: { domain, id: token.userId, name: user?.name, password_expires_at: null },
      audit_ids: [token.auditId],
      expires_at: instant(token.expiresAt),
      issued_at: instant(token.issuedAt),
      ...(project && {
        project: { domain, id: project.id, name: project.name },
        is_domain: false,
        roles: rolesOf(identity, project.id, token.userId).map(({ id, name }) => ({ id, name })),
        catalog: catalogOf(project.id),
      }),
    },
  }
}
