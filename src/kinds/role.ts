import { errors } from "../errors.ts"
import type { Cloud } from "../openstack/cloud/types.ts"
import { findRole, grantRole, listRoleAssignments, revokeRole } from "../openstack/index.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly project_id: Ref
  /** Absent: the user with which this plugin signs in. */
  readonly user_id?: Ref
  /** Names of roles; the first that the cloud has is granted. */
  readonly roles: readonly string[]
}

interface Actual {
  readonly project: string
  readonly user: string
  readonly role: string
  /** Whether the user is the one with which this plugin signs in. */
  readonly own: boolean
}

/** Roles in the new project: of the cloud's admin, as Waldur grants it, and of the tenant's own user. */
export const role = defineKind<Body, Actual>({
  name: "role",
  after: ["user"],

  plan: {
    build: () => ({
      objects: [
        {
          key: "admin",
          name: "admin in the project",
          sourceId: "",
          body: { project_id: ref("project", "project"), roles: ["admin"] },
        },
        {
          key: "user",
          name: "the tenant's user in the project",
          sourceId: "",
          body: {
            project_id: ref("project", "project"),
            user_id: ref("user", "user"),
            roles: ["member", "_member_"],
          },
        },
      ],
      omitted: [],
    }),
    // Finding a role lists all roles.
    cost: (planned) => ({ reads: planned.length, writes: planned.length }),
  },

  api: {
    async list({ cloud, projectId }) {
      const { userId } = await cloud.whoami()
      const assignments = await listRoleAssignments(cloud, { projectId })
      return assignments.flatMap(({ role, user }) =>
        user === undefined
          ? []
          : [{ project: projectId, user: user.id, role: role.id, own: user.id === userId }],
      )
    },
    id: ({ project, user, role }) => `${project}/${user}/${role}`,
    batch: { maxSize: 1 },
    create: ({ cloud }, desired) =>
      Promise.all(
        desired.map(async ({ body }) => {
          const own = body.user_id === undefined
          const user = body.user_id ?? (await cloud.whoami()).userId
          const role = await firstRole(cloud, body.roles)
          await grantRole(cloud, { projectId: body.project_id, userId: user, roleId: role })
          return { project: body.project_id, user, role, own }
        }),
      ),
  },

  verify: {
    isMatch: (desired, actual) =>
      desired.user_id === undefined ? actual.own : desired.user_id === actual.user,
    compare: () => [],
  },

  removal: {
    delete: ({ cloud }, { project, user, role }) =>
      revokeRole(cloud, { projectId: project, userId: user, roleId: role }),
    deletedWithParent: true,
  },
})

async function firstRole(cloud: Cloud, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const found = await findRole(cloud, name)
    if (found !== undefined) return found.id
  }
  throw errors.noSuchRole(cloud.name, names)
}
