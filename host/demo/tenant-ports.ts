import type { TenantShape } from "./tenant-shape.ts"
import type { GroupSpec, PortSpec, SubnetSpec } from "./tenant-spec.ts"

/** Distributes ports over the IPv4 subnets; every ten of them have one of each special case. */
export function makePorts(
  shape: TenantShape,
  subnets: readonly SubnetSpec[],
  groups: readonly GroupSpec[],
): PortSpec[] {
  const homes = subnets.filter((subnet) => subnet.ipVersion === 4)
  return Array.from({ length: shape.ports }, (_, index) => {
    const home = homes[index % homes.length]
    if (!home) throw new Error(`no subnet for port ${index}`)
    const round = Math.floor(index / homes.length)
    const own = { subnet: home.key, ipAddress: addressIn(home, 20 + round) }
    const pick = (count: number) =>
      Array.from({ length: count }, (_, nth) => groups[(index + nth) % groups.length]?.key ?? "")
    return {
      key: `port-${index}`,
      network: home.network,
      name: index % 9 === 8 ? "" : `port-${index}`,
      description: index % 4 === 0 ? `Port ${index}` : "",
      fixedIps: [own],
      groups: pick(1),
      allowedAddressPairs: [],
      portSecurityEnabled: true,
      ...(index % 10 !== 4 && { instance: `vm-${Math.floor(index / 2)}` }),
      ...special(index, { home, round, own, pick, subnets }),
    }
  })
}

interface PortSetup {
  readonly home: SubnetSpec
  readonly round: number
  readonly own: PortSpec["fixedIps"][number]
  readonly pick: (count: number) => string[]
  readonly subnets: readonly SubnetSpec[]
}

function special(index: number, { home, round, own, pick, subnets }: PortSetup): Partial<PortSpec> {
  switch (index % 10) {
    case 0: {
      const other = subnets.find((subnet) => subnet.network === home.network && subnet !== home)
      if (!other) return {}
      return { fixedIps: [own, { subnet: other.key, ipAddress: addressIn(other, 60 + round) }] }
    }
    case 1:
      return { macAddress: fixedMac(index) }
    case 2:
      return { groups: pick(3) }
    case 3:
      return {
        allowedAddressPairs: [
          { ip_address: addressIn(home, 90) },
          { ip_address: "10.99.0.0/24", mac_address: fixedMac(0x80_00_00 + index) },
        ],
      }
    case 4:
      return { name: `vip-${index}`, description: "Virtual address, no instance" }
    case 5:
      return { portSecurityEnabled: false, groups: [] }
    case 6:
      return { macAddress: fixedMac(index), groups: pick(2) }
    case 7:
      return { groups: [] }
    case 8:
      // An address inside the pool, where the subnet has no DHCP server that may have taken it.
      return home.enableDhcp ? {} : { fixedIps: [{ ...own, ipAddress: addressIn(home, 100 + round) }] }
    default:
      return {}
  }
}

function addressIn(subnet: SubnetSpec, host: number): string {
  if (subnet.ipVersion === 6) return subnet.cidr.replace(/::\/.*$/, `::${host.toString(16)}`)
  return subnet.cidr.replace(/\d+\/.*$/, String(host))
}

function fixedMac(index: number): string {
  const digits = index.toString(16).padStart(6, "0")
  return `fa:16:3e:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`
}
