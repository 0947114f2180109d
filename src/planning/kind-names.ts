/** Kinds of object, in the order in which reports list them. The order of work follows from each kind's `after`. */
export const kindNames = [
  "project",
  "user",
  "role",
  "quota",
  "qos_policy",
  "qos_rule",
  "network",
  "subnet",
  "router",
  "gateway",
  "interface",
  "route",
  "address_group",
  "security_group",
  "security_group_rule",
  "port",
  "trunk",
  "qos_binding",
  "rbac_policy",
  "tag",
] as const

export type KindName = (typeof kindNames)[number]

/** `security_group_rule` → `security group rule` */
export function kindText(kind: string): string {
  return kind.replaceAll("_", " ")
}
