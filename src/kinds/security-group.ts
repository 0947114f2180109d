import { recordBackendIds } from "../models/rows.ts"
import {
  type Cloud,
  createResources,
  deleteResource,
  ignoreNotFound,
  type SecurityGroup,
  updateResource,
} from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { allSettledOrThrow } from "./all-settled-or-throw.ts"
import { differences, liveDifferences } from "./compare.ts"
import { bornRules, mayBeBorn } from "./default-rules.ts"
import { defineKind } from "./kind.ts"
import { storedIn } from "./stored.ts"
import { markUncertain } from "./uncertain-create.ts"

interface Body extends LiveAttributes<"security_group"> {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  /** Whether the source's group has no rules at all: then those that it is born with go at once. */
  readonly empty: boolean
}

/** Neutron makes one group of this name in each project, refuses a second, and never lets a tenant delete it. */
const defaultGroup = "default"

const atOnce = 20

/** Security groups without their rules: rules may name any group, so they come when all groups are there. */
export const securityGroup = defineKind<Body, SecurityGroup>({
  name: "security_group",
  after: ["quota"],

  plan: {
    build: ({ source }) => ({
      objects: source.securityGroups.map(({ key, backendId, name, description, rules, live }) => ({
        key,
        name,
        sourceId: backendId,
        body: {
          project_id: ref("project", "project"),
          name,
          description,
          empty: rules.length === 0,
          ...live,
        },
      })),
      omitted: [],
    }),
    cost(planned) {
      const others = planned.filter(({ body }) => body.name !== defaultGroup)
      const empty = planned.filter((one) => one.body.empty).length
      return { reads: 1, writes: Math.ceil(others.length / atOnce) + bornRules * empty }
    },
  },

  rows: {
    ...storedIn<Body>("openstack_securitygroup", ({ tenantId }, { name, description }) => ({
      name,
      description,
      backend_id: "",
      tenant_id: tenantId,
    })),
    recordBackendIds: (trx, done) =>
      recordBackendIds(
        trx,
        "openstack_securitygroup",
        done.map(({ rowId, actual }) => ({ rowId, backendId: actual.id })),
      ),
    table: "openstack_securitygroup",
  },

  api: {
    autoCreated: true,
    // Asking for a project's groups makes its default group, where it is not there yet.
    list: (context) => context.collection("security-groups"),
    id: (actual) => actual.id,
    batch: { maxSize: atOnce },
    async create({ cloud }, desired) {
      const made = await createResources(
        cloud,
        "security-groups",
        desired.map(({ body: { empty: _, ...body } }) => body),
      )
      return markUncertain(
        allSettledOrThrow(
          made.map(async (group, index) => (desired[index]?.body.empty ? strip(cloud, group) : group)),
        ),
      )
    },
    async update({ cloud }, { body: { project_id: _, name: __, empty, ...wanted } }, actual) {
      const group =
        liveDifferences(wanted, actual).length === 0
          ? actual
          : await updateResource(cloud, "security-groups", actual.id, wanted)
      return empty ? strip(cloud, group) : group
    },
  },

  verify: {
    isMatch: (desired, actual) =>
      desired.name === actual.name &&
      (desired.name === defaultGroup || desired.description === actual.description),
    compare: ({ project_id: _, empty, ...wanted }, actual) => [
      ...liveDifferences(wanted, actual),
      ...(empty ? differences({ security_group_rules: [] }, { ...actual }) : []),
    ],
    unmanagedName: ({ id, name }) => (name === defaultGroup ? undefined : name || id),
  },

  removal: {
    delete: async ({ cloud }, actual) => {
      if (actual.name !== defaultGroup) await deleteResource(cloud, "security-groups", actual.id)
    },
    createdWithProject: ({ name }) => name === defaultGroup,
  },
})

/** Takes away the rules that a group is born with. One that is gone already is as good. */
async function strip(cloud: Cloud, group: SecurityGroup): Promise<SecurityGroup> {
  const born = group.security_group_rules.filter((rule) => mayBeBorn(rule.created_at, group.created_at))
  await allSettledOrThrow(
    born.map(({ id }) => ignoreNotFound(deleteResource(cloud, "security-group-rules", id))),
  )
  return { ...group, security_group_rules: group.security_group_rules.filter((rule) => !born.includes(rule)) }
}
