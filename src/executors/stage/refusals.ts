import type { AnyKind } from "../../kinds/kind.ts"
import type { CloudError } from "../../openstack/index.ts"
import { tableOf } from "../../planning/attributes.ts"
import type { DroppedAttribute } from "../../planning/plan.ts"
import type { StageItem } from "./items.ts"
import { type Journal, objectError } from "./journal.ts"

/** An object whose outcome is not known yet, with the error of its last request. */
export interface OpenItem {
  readonly item: StageItem
  readonly error: CloudError
  /** It was refused, but an earlier request may have created it, and it may be the reason of the refusal. */
  readonly refused?: true
}

/** Whether the outcome of a failed request is open: a later pass looks for its objects. */
export function isOpen(error: CloudError): boolean {
  return error.failure.uncertain || error.retry === "later"
}

/** Records the refusal of one object; where an earlier request may have created it, its outcome is open instead. */
export async function recordRefusal(
  { journal, open }: { readonly journal: Journal; readonly open: OpenItem[] },
  item: StageItem,
  error: CloudError,
): Promise<void> {
  if (item.requested) open.push({ item, error, refused: true })
  else await journal.recordFailed(item, objectError(error))
}

/** Whether Neutron refused a bulk request because its operator has set `allow_bulk` to false. The words are Neutron's. */
export function isBulkOff({ failure: { status, cloudMessage } }: CloudError): boolean {
  return status === 400 && cloudMessage.includes("Bulk operation not supported")
}

/** Types of refusals that no optional attribute causes. */
const unrelatedTypes = /^(OverQuota|IpAddress\w+|MacAddressInUse)$/

/** An object without some of its attributes. */
export interface ReducedItem {
  readonly item: StageItem
  readonly dropped: readonly DroppedAttribute[]
}

/**
 * Returns a refused object without the optional attributes that the refusal names; where it names none, without all that
 * any refusal can be about. undefined: there is none to drop. Pure.
 */
export function withoutOptionalAttributes(
  kind: AnyKind,
  item: StageItem,
  { message, failure }: CloudError,
): ReducedItem | undefined {
  if (unrelatedTypes.test(failure.type)) return undefined
  const body = item.body as Readonly<Record<string, unknown>>
  const optional = (tableOf(kind.name)?.attributes ?? []).filter((one) => one.optional && one.name in body)
  const named = optional.filter(
    ({ name, optional: words }) =>
      words === failure.type || message.includes(name) || (words !== true && message.includes(words ?? name)),
  )
  const toDrop = named.length > 0 ? named : optional.filter((one) => one.optional === true)
  const names = new Set(toDrop.map(({ name }) => name))
  if (names.size === 0) return undefined
  const kept = Object.fromEntries(Object.entries(body).filter(([name]) => !names.has(name)))
  const reason = `The cloud rejected the object while this attribute was set: ${message}`
  return {
    item: { ...item, body: kept },
    dropped: [...names].map((attribute) => ({ attribute, value: body[attribute], reason })),
  }
}
