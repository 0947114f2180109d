import { CoreState } from "../models/codes.ts"
import { CloudError } from "../openstack/errors/cloud-error.ts"
import { createProject, deleteProject, type Project } from "../openstack/index.ts"
import type { CloudContext } from "./cloud-context.ts"
import { differences } from "./compare.ts"
import { type Desired, defineKind } from "./kind.ts"

interface Body {
  readonly name: string
  readonly description: string
  /** A tag that no other project has. It identifies the project if the response to the create request was lost. */
  readonly marker: string
}

/** Keystone's limit for the name of a project; the name in a tenant's row may have 150 characters. */
const longestName = 64

/** The destination project. This migration creates it, so everything in it can be matched with the plan. */
export const project = defineKind<Body, Project>({
  name: "project",
  after: [],

  plan: {
    build: ({ name, description, destination }) => ({
      objects: [
        {
          key: "project",
          name,
          sourceId: "",
          body: { name: cut(name, longestName), description, marker: destination.marker },
        },
      ],
      omitted: [],
    }),
  },

  rows: {
    insert: async ({ tenantId }) => [tenantId],
    async recordBackendIds(trx, [done]) {
      if (done === undefined) return
      await trx
        .updateTable("openstack_tenant")
        .set({
          backend_id: done.actual.id,
          name: done.actual.name,
          state: CoreState.CREATING,
          modified: new Date(),
        })
        .where("id", "=", done.rowId)
        .execute()
    },
  },

  api: {
    list: ({ cloud, tenant }) =>
      cloud.list<Project>(
        { service: "identity", path: "/projects", query: { tags: tenant.marker } },
        "projects",
      ),
    id: (actual) => actual.id,
    batch: { maxSize: 1 },
    create: (context, desired) => Promise.all(desired.map((one) => create(context, one))),
  },

  verify: {
    // A Keystone without tags ignores the filter, and lists all projects.
    isMatch: ({ marker }, actual) => actual.tags?.includes(marker) ?? false,
    compare: ({ name, marker }, actual) =>
      actual.name === alternative(name, marker) ? [] : differences({ name }, { ...actual }),
  },

  removal: {
    delete: ({ cloud }, actual) => deleteProject(cloud, actual.id),
  },
})

async function create({ cloud }: CloudContext, { body }: Desired<Body>): Promise<Project> {
  const { domainId } = await cloud.whoami()
  const wanted = { description: body.description, domainId, tags: [body.marker] }
  try {
    return await createProject(cloud, { ...wanted, name: body.name })
  } catch (error) {
    // The name is in use: names are unique in a domain.
    if (!(error instanceof CloudError) || error.failure.status !== 409) throw error
    return createProject(cloud, { ...wanted, name: alternative(body.name, body.marker) })
  }
}

/** Cuts a name by Unicode characters, as Keystone counts, and not within a surrogate pair. */
function cut(name: string, length: number): string {
  return [...name].slice(0, length).join("")
}

/**
 * Returns the name for a project whose own name is in use: it has a suffix, as in Waldur. A retry gets the same one,
 * because it comes from the marker.
 */
function alternative(name: string, marker: string): string {
  return `${cut(name, longestName - 7)}_${marker.slice(-6)}`
}
