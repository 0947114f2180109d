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
import { defaultRuleCount, mayBeDefaultRule } from "./default-rules.ts"
import { defineKind } from "./kind.ts"
import { recordIds, tableRows } from "./table-rows.ts"
import { markUncertain } from "./uncertain-create.ts"

interface Body extends LiveAttributes<"security_group"> {
  readonly project_id: Ref
  readonly name: string
  readonly description: string
  /** Whether the source's group has no rules: then the default rules are deleted at once. */
  readonly empty: boolean
}

/**
 * Neutron creates one group of this name in each project, refuses a second one, and refuses its deletion to tenants.
 */
const defaultGroup = "default"

const atOnce = 20

/** Security groups, without their rules: rules may refer to any group, so they are created when all groups exist. */
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
      return { reads: 1, writes: Math.ceil(others.length / atOnce) + defaultRuleCount * empty }
    },
  },

  rows: {
    ...tableRows<Body>("openstack_securitygroup", ({ tenantId }, { name, description }) => ({
      name,
      description,
      backend_id: "",
      tenant_id: tenantId,
    })),
    recordBackendIds: recordIds("openstack_securitygroup"),
    table: "openstack_securitygroup",
  },

  api: {
    autoCreated: true,
    // Listing a project's groups creates its default group, if it does not exist yet.
    list: (context) => context.collection("security-groups"),
    id: (actual) => actual.id,
    batch: { maxSize: atOnce },
    async create({ cloud }, desired) {
      const created = await createResources(
        cloud,
        "security-groups",
        desired.map(({ body: { empty: _, ...body } }) => body),
      )
      return markUncertain(
        allSettledOrThrow(
          created.map(async (group, index) =>
            desired[index]?.body.empty ? deleteDefaultRules(cloud, group) : group,
          ),
        ),
      )
    },
    async update({ cloud }, { body: { project_id: _, name: __, empty, ...wanted } }, actual) {
      const group =
        liveDifferences(wanted, actual).length === 0
          ? actual
          : await updateResource(cloud, "security-groups", actual.id, wanted)
      return empty ? deleteDefaultRules(cloud, group) : group
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

/** Deletes the default rules of a group. Returns the group without them. */
async function deleteDefaultRules(cloud: Cloud, group: SecurityGroup): Promise<SecurityGroup> {
  const defaults = group.security_group_rules.filter((rule) =>
    mayBeDefaultRule(rule.created_at, group.created_at),
  )
  await allSettledOrThrow(
    defaults.map(({ id }) => ignoreNotFound(deleteResource(cloud, "security-group-rules", id))),
  )
  return {
    ...group,
    security_group_rules: group.security_group_rules.filter((rule) => !defaults.includes(rule)),
  }
}
