import type { Caller } from "../identity/tokens.ts"
import { Refusal } from "../refusals.ts"
import { byText } from "./order.ts"
import { sharesWith } from "./rbac.ts"
import { notFound } from "./refusals.ts"
import { owns } from "./resource.ts"
import type { FixedIp } from "./rows.ts"
import type { NetworkState } from "./state.ts"

/** Refuses a MAC address that another port of the network has. @param own id of the port that may have it already */
export function checkMac(state: NetworkState, networkId: string, address: string, own?: string): void {
  const holder = state.ports.first("mac", `${networkId}/${address.toLowerCase()}`)
  if (holder && holder.id !== own)
    throw new Refusal(
      409,
      "MacAddressInUse",
      `Unable to complete operation for network ${networkId}. The mac address ${address} is in use.`,
    )
}

export function checkGroups(state: NetworkState, caller: Caller, ids: readonly string[]): void {
  for (const id of ids) {
    const group = state.groups.get(id)
    const usable = group && (owns(caller, group) || sharesWith(state, id, caller.projectId))
    if (!usable) throw notFound.group(id)
  }
}

export const addressesInOrder = (ips: readonly FixedIp[]): FixedIp[] =>
  byText(ips, ({ ip_address }) => ip_address)
