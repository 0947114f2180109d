import { hexId } from "../ids.ts"
import { type Ledger, Table } from "../ledger.ts"

export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly tags: readonly string[]
}

export interface User {
  readonly id: string
  readonly name: string
  readonly password: string
  readonly enabled: boolean
  readonly defaultProjectId: string | undefined
  /** Attributes that Keystone stores without knowing them: `email`, `description` and so on. */
  readonly extra: Readonly<Record<string, unknown>>
}

export interface Role {
  readonly id: string
  readonly name: string
}

export interface Grant {
  readonly id: string
  readonly projectId: string
  readonly userId: string
  readonly roleId: string
}

export interface ApplicationCredential {
  readonly id: string
  readonly name: string
  readonly secret: string
  readonly userId: string
  readonly projectId: string
}

export interface Token {
  readonly id: string
  readonly userId: string
  readonly projectId: string | undefined
  readonly methods: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly auditId: string
  readonly delegated: boolean
}

export const domain = { id: "default", name: "Default" } as const

/** Keystone's database compares names without regard to case. */
export const fold = (name: string): string => name.toLowerCase()

export const grantId = (projectId: string, userId: string, roleId: string): string =>
  `${projectId}/${userId}/${roleId}`

export function createIdentity(ledger: Ledger, tokenTtlSeconds: number) {
  const roles: readonly Role[] = ["admin", "member", "reader"].map((name) => ({ id: hexId(), name }))
  return {
    tokenTtlSeconds,
    roles,
    projects: new Table<Project, "name">(ledger, { name: (row) => [fold(row.name)] }),
    users: new Table<User, "name">(ledger, { name: (row) => [fold(row.name)] }),
    grants: new Table<Grant, "project" | "user" | "both">(ledger, {
      project: (row) => [row.projectId],
      user: (row) => [row.userId],
      both: (row) => [`${row.projectId}/${row.userId}`],
    }),
    credentials: new Table<ApplicationCredential, "user">(ledger, { user: (row) => [row.userId] }),
    tokens: new Map<string, Token>(),
  }
}

export type Identity = ReturnType<typeof createIdentity>

const implied: Readonly<Record<string, readonly string[]>> = {
  admin: ["admin", "member", "reader"],
  member: ["member", "reader"],
  reader: ["reader"],
}

/** Returns the granted roles and those that they imply. */
export function rolesOf(identity: Identity, projectId: string, userId: string): Role[] {
  const granted = identity.grants.find("both", `${projectId}/${userId}`).map(({ roleId }) => roleId)
  const names = new Set(
    identity.roles.filter(({ id }) => granted.includes(id)).flatMap(({ name }) => implied[name] ?? []),
  )
  return identity.roles.filter(({ name }) => names.has(name))
}
