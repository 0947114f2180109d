import { createUser, deleteUser, findUsers, type User } from "../openstack/index.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { differences } from "./compare.ts"
import { defineKind } from "./kind.ts"

interface Body {
  readonly name: string
  readonly project_id: Ref
}

/** The tenant's own user. Its password is only in the tenant's row, and in no plan and no job. */
export const user = defineKind<Body, User>({
  name: "user",
  after: ["project"],

  plan: {
    build: ({ destination }) => ({
      objects: [
        {
          key: "user",
          name: destination.username,
          sourceId: "",
          body: { name: destination.username, project_id: ref("project", "project") },
        },
      ],
      omitted: [],
    }),
  },

  api: {
    async list({ cloud, tenant }) {
      const { domainId } = await cloud.whoami()
      return findUsers(cloud, { name: tenant.username, domainId })
    },
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    async create({ cloud, tenant }, desired) {
      const { domainId } = await cloud.whoami()
      return Promise.all(
        desired.map(({ body }) =>
          createUser(cloud, {
            name: body.name,
            password: tenant.password,
            domainId,
            defaultProjectId: body.project_id,
          }),
        ),
      )
    },
  },

  verify: {
    isMatch: (desired, actual) =>
      actual.name === desired.name && actual.default_project_id === desired.project_id,
    compare: ({ name, project_id }, actual) =>
      differences({ name, default_project_id: project_id }, { ...actual }),
  },

  removal: {
    delete: ({ cloud }, actual) => deleteUser(cloud, actual.id),
  },
})
