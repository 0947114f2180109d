import { parseCidr, parseIp } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { quoted, record, unquoted } from "../values.ts"
import type { WantedIp } from "./allocation.ts"
import { ip, uuid } from "./checks.ts"
import { byText } from "./order.ts"
import { badAttribute, badRequest, invalidInput, notA } from "./refusals.ts"
import type { AddressPair, DhcpOption } from "./rows.ts"

const maxPairs = 10
const macShape = /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i

const isMac = (value: unknown): value is string => typeof value === "string" && macShape.test(value)

export function mac(name: string, value: unknown): string | undefined {
  if (value === null) return undefined
  if (!isMac(value) || value === "00:00:00:00:00:00") throw badAttribute(name, notA("MAC address", value))
  return value
}

export function fixedIps(name: string, value: unknown): readonly WantedIp[] {
  if (!Array.isArray(value))
    throw badAttribute(name, `Invalid data format for fixed IP: '${unquoted(value)}'`)
  const seen = new Set<string>()
  return value.map((one) => {
    const { ip_address, subnet_id } = record(one)
    const wanted: WantedIp = {
      ...(ip_address !== undefined && { ip_address: ip(name, ip_address) }),
      ...(subnet_id !== undefined && { subnet_id: uuid(name, subnet_id) }),
    }
    if (wanted.ip_address !== undefined) {
      const key = `${wanted.ip_address}`
      if (seen.has(key)) throw badAttribute(name, `Duplicate IP address '${wanted.ip_address}'`)
      seen.add(key)
    }
    return wanted
  })
}

export interface WantedPair {
  readonly ip_address: string
  readonly mac_address?: string
}

export function addressPairs(_name: string, value: unknown): readonly WantedPair[] {
  if (value === null) return []
  if (!Array.isArray(value)) throw badRequest("Allowed address pairs must be a list.")
  if (value.length > maxPairs)
    throw new Refusal(
      400,
      "AllowedAddressPairExhausted",
      `The number of allowed address pair exceeds the maximum ${maxPairs}.`,
    )
  const seen = new Set<string>()
  return value.map((one) => {
    const { ip_address, mac_address, ...rest } = record(one)
    if (ip_address === undefined)
      throw new Refusal(400, "AllowedAddressPairsMissingIP", "AllowedAddressPair must contain ip_address")
    const key = `mac_address ${mac_address === undefined ? "None" : unquoted(mac_address)} ip_address ${unquoted(ip_address)}`
    if (seen.has(key))
      throw new Refusal(
        400,
        "DuplicateAddressPairInRequest",
        `Request contains duplicate address pair: ${key}.`,
      )
    seen.add(key)
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw badRequest(`Unrecognized attribute(s) '${unknown}'`)
    if (mac_address !== undefined && !isMac(mac_address)) throw badRequest(notA("MAC address", mac_address))
    if (typeof ip_address !== "string" || !(parseIp(ip_address) ?? parseCidr(ip_address)))
      throw badRequest(notA(String(ip_address).includes("/") ? "IP subnet" : "IP address", ip_address))
    return isMac(mac_address) ? { ip_address, mac_address } : { ip_address }
  })
}

/** Neutron sets the port's MAC address in pairs without one. */
export const filledPairs = (pairs: readonly WantedPair[], own: string): AddressPair[] =>
  byText(
    pairs.map(({ ip_address, mac_address = own }) => ({ mac_address, ip_address })),
    ({ mac_address, ip_address }) => `${mac_address} ${ip_address}`,
  )

export interface WantedOption {
  readonly opt_name: string
  /** null removes the option. */
  readonly opt_value: string | null
  readonly ip_version: number
}

export function dhcpOptions(_name: string, value: unknown): readonly WantedOption[] {
  if (!Array.isArray(value)) return []
  return value.map((one) => {
    const { opt_name, opt_value, ip_version } = record(one)
    if (typeof opt_name !== "string" || opt_value === undefined)
      throw invalidInput(`No valid key specs matched for: ${quoted(one)}`)
    return {
      opt_name,
      opt_value: opt_value === null ? null : unquoted(opt_value),
      ip_version: Number(ip_version ?? 4),
    }
  })
}

/** Returns the options after an update: those that it does not name stay. */
export function mergedOptions(before: readonly DhcpOption[], wanted: readonly WantedOption[]): DhcpOption[] {
  const key = ({ opt_name, ip_version }: { opt_name: string; ip_version: number }) =>
    `${opt_name}/${ip_version}`
  const named = new Set(wanted.map(key))
  const kept = before.filter((one) => !named.has(key(one)))
  const added = wanted.flatMap(({ opt_name, opt_value, ip_version }) =>
    opt_value === null ? [] : [{ opt_name, opt_value, ip_version }],
  )
  return byText([...kept, ...added], key)
}

export function checkSecurity(enabled: boolean, groups: readonly string[], pairs: readonly unknown[]): void {
  if (!enabled && groups.length > 0)
    throw new Refusal(
      400,
      "PortSecurityAndIPRequiredForSecurityGroups",
      "Port security must be enabled and port must have an IP address in order to use security groups.",
    )
  if (!enabled && pairs.length > 0)
    throw new Refusal(
      409,
      "AddressPairAndPortSecurityRequired",
      "Port Security must be enabled in order to have allowed address pairs on a port.",
    )
}
