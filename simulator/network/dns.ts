import { badAttribute } from "./refusals.ts"
import type { FixedIp } from "./rows.ts"

/** The DNS domain of the cloud. */
const DOMAIN = "openstacklocal."

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

const isName = (text: string): boolean => text.split(".").every((part) => label.test(part))

export function dnsDomain(name: string, value: unknown): string {
  if (value === "") return ""
  if (typeof value !== "string" || !value.endsWith(".") || !isName(value.slice(0, -1)))
    throw badAttribute(name, `'${String(value)}' is not a FQDN`)
  return value
}

export function dnsName(name: string, value: unknown): string {
  if (value === "") return ""
  const bad = typeof value === "string" ? value.split(".").find((part) => !label.test(part)) : String(value)
  if (bad !== undefined)
    throw badAttribute(
      name,
      `'${String(value)}' not a valid PQDN or FQDN. Reason: Name '${bad}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`,
    )
  return String(value)
}

/** Returns the DNS names of a port's addresses within its network. */
export const assignment = (name: string, addresses: readonly FixedIp[]): readonly object[] =>
  addresses.map(({ ip_address }) => {
    const hostname = name || `host-${ip_address.replaceAll(/[.:]/g, "-")}`
    return { ip_address, hostname, fqdn: `${hostname}.${DOMAIN}` }
  })
