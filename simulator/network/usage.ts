import type { QuotaName } from "./quotas.ts"
import type { NetworkState } from "./state.ts"

export const limitOf = (state: NetworkState, projectId: string, name: QuotaName): number =>
  state.quotas.get(projectId)?.[name] ?? state.defaultQuotas[name]

export function usedBy(state: NetworkState, projectId: string, name: QuotaName): number {
  switch (name) {
    case "network":
      return state.networks.count("project", projectId)
    case "subnet":
      return state.subnets.count("project", projectId)
    case "port":
      return state.ports.count("project", projectId)
    case "router":
      return state.routers.count("project", projectId)
    case "security_group":
      return state.groups.count("project", projectId)
    case "security_group_rule":
      return state.rules.count("project", projectId)
    case "rbac_policy":
      return state.rbacPolicies.count("project", projectId)
    case "trunk":
      return state.trunks.count("project", projectId)
    default:
      return 0
  }
}

export function roomFor(state: NetworkState, projectId: string, name: QuotaName): number {
  const limit = limitOf(state, projectId, name)
  return limit < 0 ? Number.POSITIVE_INFINITY : limit - usedBy(state, projectId, name)
}
