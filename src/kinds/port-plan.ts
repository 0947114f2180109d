import type { LiveAttributes } from "../planning/attributes.ts"
import { mapAddress, mapAddressOrPrefix, mappingsWithin } from "../planning/cidr-mapping.ts"
import { type KindPlan, type PlanContext, type Ref, ref } from "../planning/plan.ts"
import type { AddressPair, SourcePort, SourceSubnet, SourceTenant } from "../planning/source.ts"

export interface PortBody extends LiveAttributes<"port"> {
  readonly project_id: Ref
  readonly network_id: Ref
  readonly name: string
  readonly description: string
  readonly mac_address: string
  readonly fixed_ips: readonly { readonly subnet_id: Ref; readonly ip_address: string }[]
  readonly port_security_enabled: boolean
  readonly security_groups: readonly Ref[]
  readonly allowed_address_pairs: readonly AddressPair[]
  /**
   * Subnets that derive addresses from the MAC (SLAAC, DHCPv6 stateless). Neutron refuses an explicit address there,
   * and assigns the same one, because the MAC is the same.
   */
  readonly auto_addressed?: readonly Ref[]
  /** Only where a subnet of the port has `service_types`: Neutron refuses ports of other owners there. */
  readonly device_owner?: string
}

/** Returns a port for each source port, with all of its addresses, and the ports that are not copied. Pure. */
export function planPorts({ source, mappings, withPorts }: PlanContext): KindPlan<PortBody> {
  if (!withPorts) return { objects: [], omitted: [] }
  const subnets = subnetFacts(source)
  const mappingsIn = (subnet: string) => mappingsWithin(subnets.cidrs.get(subnet) ?? "", mappings)
  // An address pair in one of the port's subnets follows the mapping of that subnet, as the port's own addresses do.
  const mappingsOf = ({ fixedIps }: SourcePort) => [
    ...fixedIps.flatMap(({ subnet }) => mappingsIn(subnet).slice(0, 1)),
    ...mappings,
  ]
  return {
    objects: source.ports.map((port) => ({
      key: port.key,
      name: port.name || port.macAddress,
      sourceId: port.backendId,
      body: {
        project_id: ref("project", "project"),
        network_id: ref("network", port.network),
        name: port.name,
        description: port.description,
        mac_address: port.macAddress,
        fixed_ips: port.fixedIps.map(({ subnet, ipAddress }) => ({
          subnet_id: ref("subnet", subnet),
          ip_address: mapAddress(ipAddress, mappingsIn(subnet)),
        })),
        port_security_enabled: port.portSecurityEnabled,
        security_groups: port.securityGroups.map((group) => ref("security_group", group)),
        allowed_address_pairs: port.allowedAddressPairs.map((pair) => ({
          ...pair,
          ip_address: mapAddressOrPrefix(pair.ip_address, mappingsOf(port)),
        })),
        ...deviceOwner(port, subnets.forOwners),
        ...autoAddressed(port, subnets.automatic),
        ...port.live,
      },
    })),
    omitted: source.ignoredPorts.map(({ key, name, reason }) => ({ kind: "port", key, name, reason })),
  }
}

const autoModes = ["slaac", "dhcpv6-stateless"]

/** Returns what planning needs of subnets: CIDRs by key, and the keys of those with special rules for ports. */
function subnetFacts({ subnets }: SourceTenant) {
  const keysWhere = (matches: (subnet: SourceSubnet) => boolean) =>
    new Set(subnets.filter(matches).map(({ key }) => key))
  return {
    cidrs: new Map(subnets.map(({ key, cidr }) => [key, cidr])),
    automatic: keysWhere(({ live }) => autoModes.includes(String(live?.ipv6_address_mode ?? ""))),
    forOwners: keysWhere(({ live }) => Array.isArray(live?.service_types) && live.service_types.length > 0),
  }
}

function deviceOwner(
  { deviceOwner: owner, fixedIps }: SourcePort,
  forOwners: ReadonlySet<string>,
): Pick<PortBody, "device_owner"> {
  return owner && fixedIps.some(({ subnet }) => forOwners.has(subnet)) ? { device_owner: owner } : {}
}

function autoAddressed(
  { fixedIps }: SourcePort,
  automatic: ReadonlySet<string>,
): Pick<PortBody, "auto_addressed"> {
  const addresses = fixedIps.filter(({ subnet }) => automatic.has(subnet))
  return addresses.length === 0
    ? {}
    : { auto_addressed: addresses.map(({ subnet }) => ref("subnet", subnet)) }
}
