import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Attribute, type AttributeTable, attributeTables } from "../src/planning/attributes.ts"

const head = `# Attributes: what a copy holds

Made by \`node scripts/attributes-page.ts\` from \`src/planning/attributes.ts\`, which the planner works by; a test holds the two together,
and another one looks for attributes of a cloud's answers that are missing here.

- **kept**: the copy has the source's value.
- **mapped**: the copy has the value that corresponds to the source's: an address at its place in the mapped range, the id of a copy.
- **made**: the cloud or the marketplace makes it; there is nothing to copy.
- **dropped**: it is not copied, for the reason given.

*live* says that no row of Waldur's holds the attribute: it is known only where the live source could be read. *Extension* is the Neutron
extension without which a cloud does not have it; where the destination lacks it, the report says what was dropped. *soft* says that a
cloud may refuse the attribute for reasons of its own; then the object is made without it, and the report says so.

Not Neutron's, and copied: the project (its name and description are what the request says), its user, the roles of both, and the quotas
of Neutron, Nova and Cinder. Not copied at all, and listed as left out: floating IPs, external networks, subnet pools, address scopes.
Machines, volumes, images, load balancers, VPNs, firewalls and DNS zones are other services' and no part of a tenant's structure here.
`

/** The text of docs/attributes.md. */
export function attributesPage(): string {
  const sections = Object.entries<AttributeTable>(attributeTables).map(([kind, table]) =>
    section(kind, table),
  )
  return `${[head, ...sections].join("\n")}`
}

function section(kind: string, { document, extension, attributes }: AttributeTable): string {
  const needs = extension === undefined ? "" : ` Needs the extension \`${extension}\`.`
  const rows = attributes.map(row).join("\n")
  return `## ${kind.replaceAll("_", " ")}

[OpenStack's document](${document}).${needs}

| attribute | copy | extension | why |
| --- | --- | --- | --- |
${rows}
`
}

function row({ name, fate, live, soft, extension, why }: Attribute): string {
  const marks = [fate, ...(live ? ["live"] : []), ...(soft ? ["soft"] : [])].join(", ")
  return `| \`${name}\` | ${marks} | ${extension === undefined ? "" : `\`${extension}\``} | ${why} |`
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, "..", "docs", "attributes.md"), attributesPage())
