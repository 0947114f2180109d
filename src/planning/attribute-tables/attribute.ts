/** What happens to one OpenStack attribute in a copy. */
export interface Attribute {
  /** OpenStack's name. */
  readonly name: string
  /**
   * - `kept`: the copy has the source's value.
   * - `mapped`: the copy has the value that corresponds to the source's (an address in the mapped range, the copy's id).
   * - `made`: the cloud or the marketplace sets it; there is nothing to copy.
   * - `dropped`: it is not copied, for the reason given.
   */
  readonly treatment: "kept" | "mapped" | "made" | "dropped"
  /** Why, or by what rule; human-readable. */
  readonly reason: string
  /** true: no host row holds it, so it is known only where the live source was read. */
  readonly liveOnly?: true
  /** Alias of the Neutron extension without which a cloud does not have it. */
  readonly extension?: string
  /** A value that loses nothing where the destination does not know the attribute, so that no note is made of it. */
  readonly defaultValue?: unknown
  /**
   * A cloud may refuse it because of its own configuration; then the object is created without it, and the report
   * says so. A text is the error type of a refusal of this attribute that does not name it, or a part of its message.
   */
  readonly optional?: true | string
}

/** What happens to the attributes of one kind of OpenStack object. */
export interface AttributeTable {
  /** Address of the OpenStack API reference. */
  readonly document: string
  /** Alias of the Neutron extension without which a cloud has no such objects. */
  readonly extension?: string
  readonly attributes: readonly Attribute[]
}

/** An attribute that no host row holds. Its name is part of its type, so that bodies can be checked by it. */
type LiveOnly<Name extends string> = Attribute & { readonly name: Name; readonly liveOnly: true }

type Options = Pick<Attribute, "extension" | "optional" | "defaultValue">

export const sameValue = "Same value."

export function kept(name: string, reason: string = sameValue, options: Options = {}): Attribute {
  return { name, treatment: "kept", reason, ...options }
}

/** An attribute that is kept, and that no host row holds. */
export function liveOnly<Name extends string>(
  name: Name,
  reason: string = sameValue,
  options: Options = {},
): LiveOnly<Name> {
  return { name, treatment: "kept", reason, liveOnly: true, ...options }
}

export function mapped(name: string, reason: string, options: Options = {}): Attribute {
  return { name, treatment: "mapped", reason, ...options }
}

export function made(...names: readonly string[]): readonly Attribute[] {
  return names.map((name) => ({ name, treatment: "made", reason: "Set by the cloud." }))
}

export function dropped(name: string, reason: string): Attribute {
  return { name, treatment: "dropped", reason }
}

/** Attributes of every Neutron object. */
export const common: readonly Attribute[] = [
  mapped("project_id", "The new project."),
  mapped("tenant_id", "The new project, by its older name."),
  ...made("id", "created_at", "updated_at", "revision_number"),
]

export const description = kept("description", sameValue, { extension: "standard-attr-description" })

export const tags = kept("tags", "All tags; set after the object is created.", {
  extension: "standard-attr-tag",
})

export const qosPolicy = mapped(
  "qos_policy_id",
  "The copy of the tenant's own policy. A policy of the operator is not copied.",
  { extension: "qos" },
)

export const shared: Attribute = {
  name: "shared",
  treatment: "made",
  reason: "Neutron derives it from the RBAC policies, which are copied as objects.",
}

export const ofOperator =
  "It refers to something of the source cloud's operator, which another cloud does not have."

export const networkApi = "https://docs.openstack.org/api-ref/network/v2/index.html"
