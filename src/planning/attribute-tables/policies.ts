import {
  type AttributeTable,
  common,
  description,
  kept,
  mapped,
  networkApi,
  shared,
  tags,
} from "./attribute.ts"

export const qosPolicy = {
  document: `${networkApi}#quality-of-service`,
  extension: "qos",
  attributes: [
    kept("name"),
    description,
    kept("is_default"),
    mapped("rules", "Each rule is an object of its own."),
    tags,
    shared,
    ...common,
  ],
} as const satisfies AttributeTable

export const rbacPolicy = {
  document: `${networkApi}#rbac-policies`,
  extension: "rbac-policies",
  attributes: [
    kept("object_type"),
    mapped("object_id", "The copy of the object that is shared."),
    kept("action"),
    mapped(
      "target_tenant",
      "All projects (`*`) and, within one cloud, other projects are kept. The tenant itself becomes its copy.",
    ),
    mapped("target_project", "The same as `target_tenant`."),
    ...common,
  ],
} as const satisfies AttributeTable
