import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { type Given, required } from "./attributes.ts"
import { string } from "./checks.ts"
import { badRequest, disallowed, invalidInput } from "./refusals.ts"
import { owns, type Resource } from "./resource.ts"
import type { Network, RbacPolicy, Row } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"

const SHARED = "access_as_shared"

/** Whether an RBAC policy shares the object with all projects or with this one. */
export const sharesWith = (state: NetworkState, objectId: string, projectId: string): boolean =>
  state.rbacPolicies
    .find("object", objectId)
    .some(
      ({ action, target_tenant: target }) => action === SHARED && (target === "*" || target === projectId),
    )

export const isOpen = (state: NetworkState, network: Network, projectId: string): boolean =>
  network.shared || sharesWith(state, network.id, projectId)

/** Returns the ids of the objects of a type that are shared with a project. */
export const sharedIds = (state: NetworkState, type: string, projectId: string): readonly string[] =>
  ["*", projectId]
    .flatMap((target) => state.rbacPolicies.find("target", target))
    .filter((policy) => policy.object_type === type && policy.action === SHARED)
    .map(({ object_id }) => object_id)

export const openNetworks = (state: NetworkState, projectId: string): readonly Network[] => [
  ...state.networks.find("open", "open").filter(({ shared }) => shared),
  ...sharedIds(state, "network", projectId).flatMap((id) => state.networks.get(id) ?? []),
]

/** Removes the policies of a deleted object. */
export function removePolicies(state: NetworkState, objectId: string): void {
  for (const policy of state.rbacPolicies.find("object", objectId)) state.rbacPolicies.remove(policy)
}

const attributes = {
  object_type: required(string(255), { put: false }),
  object_id: required(string(255), { put: false }),
  action: required(string(255), { put: false }),
  target_tenant: required(string(255)),
}

type RbacGiven = Given<typeof attributes>

export function rbacResource(state: NetworkState): Resource<RbacPolicy> {
  return {
    member: "rbac_policy",
    collection: "rbac_policies",
    path: "rbac-policies",
    quota: "rbac_policy",
    tagged: false,
    bulk: () => badRequest("Unable to find 'rbac_policy' in request body"),
    filters: ["object_type", "object_id", "action", "target_tenant"],
    attributes,
    readOnly: ["id"],
    rows: state.rbacPolicies,
    notFound: (id) =>
      new Refusal(404, "RbacPolicyNotFound", `RBAC policy of type unknown with ID ${id} not found`),
    shared: () => [],
    canSee: owns,
    canChange: owns,
    checkOwner(caller, values) {
      const { target_tenant: target } = values as RbacGiven
      if (caller.isAdmin || target !== "*") return
      const rule = "rule:create_rbac_policy"
      throw disallowed(
        ["object_type", "object_id", "target_tenant", "action"].reduce(
          (chain, name) => `(${chain} and ${rule}:${name})`,
          rule,
        ),
      )
    },
    create: (caller, projectId, values) => createRbacPolicy(state, caller, projectId, values as RbacGiven),
    update: (_caller, row, values) =>
      state.rbacPolicies.put(touched(row, values as Partial<RbacGiven> as Partial<RbacPolicy>)),
    remove: (_caller, row) => removeRbacPolicy(state, row),
    show: (_caller, row) => ({
      id: row.id,
      project_id: row.project_id,
      action: row.action,
      object_id: row.object_id,
      target_tenant: row.target_tenant,
      object_type: row.object_type,
      tenant_id: row.project_id,
    }),
  }
}

function createRbacPolicy(
  state: NetworkState,
  caller: Caller,
  projectId: string,
  { object_type = "", object_id = "", action = "", target_tenant = "" }: RbacGiven,
): RbacPolicy {
  const find = finders(state)[object_type]
  if (!find) throw invalidInput(`'${object_type}' is not a valid RBAC object type`)
  const valid = object_type === "network" ? [SHARED, "access_as_external"] : [SHARED]
  if (!valid.includes(action))
    throw new Refusal(
      400,
      "InvalidActionForType",
      `Invalid action '${action}' for object type '${object_type}'. Valid actions: (${valid.map((one) => `'${one}'`).join(", ")}${valid.length === 1 ? "," : ""})`,
    )
  const object = find(object_id)
  if (!object || !owns(caller, object)) throw invalidInput(`Callback failed: ${object_id}`)
  const same = state.rbacPolicies
    .find("object", object_id)
    .some((one) => one.action === action && one.target_tenant === target_tenant)
  if (same) throw new Refusal(409, "DuplicateRbacPolicy", "An RBAC policy already exists with those values.")
  const row = { ...newRow(projectId, "", 0), object_type, object_id, action, target_tenant }
  return state.rbacPolicies.put(row)
}

function finders(state: NetworkState): Readonly<Record<string, (id: string) => Row | undefined>> {
  return {
    network: (id) => state.networks.get(id),
    security_group: (id) => state.groups.get(id),
    address_group: (id) => state.addressGroups.get(id),
    qos_policy: (id) => state.qosPolicies.get(id),
  }
}

/** A policy for all projects cannot be deleted while any project uses the object, even its own. */
function removeRbacPolicy(state: NetworkState, row: RbacPolicy): void {
  const used =
    (row.object_type === "address_group" && state.rules.count("address", row.object_id) > 0) ||
    (row.object_type === "qos_policy" &&
      state.ports.count("policy", row.object_id) + state.networks.count("policy", row.object_id) > 0)
  if (row.target_tenant === "*" && used)
    throw new Refusal(
      409,
      "RbacPolicyInUse",
      `RBAC policy on object ${row.object_id} cannot be removed because other objects depend on it.`,
    )
  state.rbacPolicies.remove(row)
}
