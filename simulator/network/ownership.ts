import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { isOpen } from "./rbac.ts"
import { notFound } from "./refusals.ts"
import { owns, type Values } from "./resource.ts"
import type { NetworkState } from "./state.ts"

/** Refuses to create objects on a network that is neither the caller's nor shared with it. */
export function checkNetworkOwner(state: NetworkState, caller: Caller, values: Values, what: string): void {
  const id = String(values.network_id)
  const network = state.networks.get(id)
  if (!network) throw notFound.network(id)
  if (owns(caller, network) || isOpen(state, network, caller.projectId)) return
  if (!network.external) throw notFound.network(id)
  throw new Refusal(
    403,
    "HTTPForbidden",
    `Tenant ${caller.projectId} not allowed to create ${what} on this network`,
  )
}
