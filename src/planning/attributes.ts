import type { AttributeTable } from "./attribute-tables/attribute.ts"
import { network, subnet } from "./attribute-tables/network.ts"
import { qosPolicy, rbacPolicy } from "./attribute-tables/policies.ts"
import { port, trunk } from "./attribute-tables/port.ts"
import { gateway, router, routerInterface } from "./attribute-tables/router.ts"
import { addressGroup, securityGroup, securityGroupRule } from "./attribute-tables/security.ts"
import type { KindName } from "./kind-names.ts"

/**
 * What a copy holds, attribute by attribute. The planner reads the attributes of the live source by these tables; the
 * page docs/attributes.md is generated from them; and tests fail for an attribute of a cloud that is missing here.
 */
export const attributeTables = {
  network,
  subnet,
  router,
  gateway,
  interface: routerInterface,
  security_group: securityGroup,
  security_group_rule: securityGroupRule,
  address_group: addressGroup,
  port,
  trunk,
  qos_policy: qosPolicy,
  rbac_policy: rbacPolicy,
} as const satisfies Partial<Readonly<Record<KindName, AttributeTable>>>

export type TabledKind = keyof typeof attributeTables

type LiveOnlyName<Kind extends TabledKind> = Extract<
  (typeof attributeTables)[Kind]["attributes"][number],
  { readonly liveOnly: true }
>["name"]

/** Attributes of a kind that no host row holds and the copy keeps, by OpenStack's names. No other name compiles. */
export type LiveAttributes<Kind extends TabledKind> = { readonly [Name in LiveOnlyName<Kind>]?: unknown }

/** Returns the table of a kind; undefined: the kind copies no object of Neutron's. */
export function tableOf(kind: KindName): AttributeTable | undefined {
  return (attributeTables as Partial<Readonly<Record<KindName, AttributeTable>>>)[kind]
}

/** Returns the live-only attributes of an object as the live source shows it, without those that are not set. */
export function liveAttributes<Kind extends TabledKind>(kind: Kind, seen: object): LiveAttributes<Kind> {
  const shown = seen as Readonly<Record<string, unknown>>
  const table: AttributeTable = attributeTables[kind]
  return Object.fromEntries(
    table.attributes.flatMap(({ name, liveOnly }) =>
      liveOnly === true && !isUnset(shown[name]) ? [[name, shown[name]]] : [],
    ),
  ) as LiveAttributes<Kind>
}

/** Whether a value is one of Neutron's forms of "not set". */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
}

/** Attributes that are not known until the live source is read, as `kind.attribute`. */
export function liveOnlyNames(): readonly string[] {
  return Object.entries<AttributeTable>(attributeTables).flatMap(([kind, { attributes }]) =>
    attributes.flatMap(({ name, liveOnly }) => (liveOnly === true ? [`${kind}.${name}`] : [])),
  )
}
