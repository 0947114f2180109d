import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { type Given, optional } from "./attributes.ts"
import { boolean, string } from "./checks.ts"
import { removePolicies, sharedIds, sharesWith } from "./rbac.ts"
import { badRequest, disallowed } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import type { QosPolicy, QosRule } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  is_default: optional(boolean, false),
}

type PolicyGiven = Given<typeof attributes>

const noPolicy = (id: string): Refusal =>
  new Refusal(404, "QosPolicyNotFound", `QoS policy ${id} could not be found.`)

/** Refuses a policy that the caller may not use. */
export function checkPolicyOf(state: NetworkState, caller: Caller, id: string | null | undefined): void {
  if (id === null || id === undefined) return
  const policy = state.qosPolicies.get(id)
  if (!policy || !(owns(caller, policy) || sharesWith(state, id, caller.projectId))) throw noPolicy(id)
}

/** Refuses a minimum bandwidth on a tunnel network, which cannot guarantee one. */
export function checkOnNetwork(state: NetworkState, policyId: string | null, networkId: string): void {
  const policy = policyId === null ? undefined : state.qosPolicies.get(policyId)
  if (policy?.rules.some(({ type }) => type === "minimum_bandwidth"))
    throw new Refusal(
      409,
      "QosRuleNotSupportedByNetwork",
      `Rule minimum_bandwidth is not supported by network ${networkId}`,
    )
}

/** Returns the project's default policy, which new networks get unless they name another. */
export function defaultPolicy(state: NetworkState, projectId: string): string | null {
  return state.qosPolicies.find("project", projectId).find((row) => row.is_default)?.id ?? null
}

export const showQosRule = ({ id, values }: QosRule): Record<string, unknown> => ({ ...values, id })

/** Only administrators create policies, for any project. */
export function qosPolicyResource(state: NetworkState): Resource<QosPolicy> {
  const checkUnused = (id: string): void => {
    for (const [kind, table] of [
      ["port", state.ports],
      ["network", state.networks],
    ] as const) {
      const user = table.first("policy", id)
      if (user) throw new Refusal(409, "QosPolicyInUse", `QoS Policy ${id} is used by ${kind} ${user.id}.`)
    }
  }
  return {
    member: "policy",
    collection: "policies",
    path: "qos/policies",
    tagPath: "policies",
    tagged: true,
    bulk: () => badRequest("Unable to find 'policy' in request body"),
    filters: ["name", "shared", "is_default"],
    attributes,
    readOnly: [...commonReadOnly, "shared", "rules"],
    rows: state.qosPolicies,
    notFound: noPolicy,
    shared: ({ projectId }) =>
      sharedIds(state, "qos_policy", projectId).flatMap((id) => state.qosPolicies.get(id) ?? []),
    canSee: (caller, row) => owns(caller, row) || sharesWith(state, row.id, caller.projectId),
    canChange: (caller) => caller.isAdmin,
    checkOwner(caller) {
      if (!caller.isAdmin) throw disallowed("rule:create_policy")
    },
    create(_caller, projectId, values) {
      const { name, description, is_default } = values as PolicyGiven
      return state.qosPolicies.put({ ...newRow(projectId, description, 0), name, is_default, rules: [] })
    },
    update: (_caller, row, values) =>
      state.qosPolicies.put(touched<QosPolicy>(row, values as Partial<PolicyGiven>)),
    remove(_caller, row) {
      checkUnused(row.id)
      removePolicies(state, row.id)
      state.qosPolicies.remove(row)
    },
    show: (caller, row) => ({
      id: row.id,
      name: row.name,
      shared: sharesWith(state, row.id, caller.projectId),
      rules: row.rules.map((rule) => ({ ...showQosRule(rule), qos_policy_id: row.id, type: rule.type })),
      is_default: row.is_default,
      ...common(row),
    }),
  }
}
