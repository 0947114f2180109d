import type { TenantShape } from "./tenant-shape.ts"
import type { GroupSpec, RuleSpec, SubnetSpec } from "./tenant-spec.ts"

const names = ["web", "app", "db", "cache", "queue", "bastion", "build", "mail"]

/** Returns `default` and groups whose rules refer to each other in a circle. Names repeat from the ninth group on. */
export function makeGroups({ groups, rules }: TenantShape, subnets: readonly SubnetSpec[]): GroupSpec[] {
  const others = groups - 1
  const rest = rules - defaultRules().length
  return Array.from({ length: groups }, (_, index) => ({
    key: `group-${index}`,
    name: index === 0 ? "default" : (names[(index - 1) % names.length] ?? ""),
    description:
      index === 0 ? "Default security group" : index % 3 === 0 ? "" : `Group ${index}, allows what it needs`,
    rules:
      index === 0
        ? defaultRules()
        : makeRules(index, others, Math.floor(rest / others) + (index <= rest % others ? 1 : 0), subnets),
  }))
}

function rule(part: Partial<RuleSpec>): RuleSpec {
  return {
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    portMin: null,
    portMax: null,
    remoteIpPrefix: null,
    remoteGroup: null,
    description: "",
    ...part,
  }
}

/** The default rules of every new group. */
const egressRules = [rule({ direction: "egress" }), rule({ direction: "egress", ethertype: "IPv6" })]

function defaultRules(): RuleSpec[] {
  return [
    ...egressRules,
    rule({ remoteGroup: "group-0" }),
    rule({ ethertype: "IPv6", remoteGroup: "group-0" }),
    rule({ protocol: "tcp", portMin: 22, portMax: 22, remoteGroup: "group-1", description: "ssh" }),
  ]
}

function makeRules(index: number, others: number, count: number, subnets: readonly SubnetSpec[]): RuleSpec[] {
  const next = `group-${(index % others) + 1}`
  const circle = rule({ protocol: "tcp", portMin: 9_000, portMax: 9_000 + index, remoteGroup: next })
  const first = [...(index % 4 === 3 ? [] : egressRules), { ...circle, description: `from ${next}` }]
  const fourth = subnets.filter((subnet) => subnet.ipVersion === 4)
  const more = Array.from({ length: Math.max(0, count - first.length) }, (_, nth) => {
    const subnet = fourth[(index + nth) % fourth.length]
    return ruleVariant(nth, next, subnet?.cidr ?? "10.20.0.0/24")
  })
  return [...first, ...more].slice(0, count)
}

/** Returns one of ten variants of rules. Later rounds have other ports and prefixes, because a cloud refuses equal rules. */
function ruleVariant(nth: number, group: string, cidr: string): RuleSpec {
  const round = Math.floor(nth / 10)
  const host = cidr.replace(/\.\d+\/.*$/, `.${21 + round}/32`)
  const ports = (portMin: number, portMax = portMin) => ({ portMin, portMax })
  const variants: Partial<RuleSpec>[] = [
    { protocol: "tcp", ...ports(443 + round), remoteIpPrefix: "0.0.0.0/0", description: "https for all" },
    { protocol: "tcp", ...ports(8_000 + 100 * round, 8_099 + 100 * round), remoteIpPrefix: cidr },
    { protocol: "udp", ...ports(53 + round), remoteIpPrefix: host, description: "one host" },
    { protocol: "icmp", ...ports(8, 0), remoteIpPrefix: `10.200.${round}.0/24`, description: "echo" },
    { direction: "egress", protocol: "icmp", remoteIpPrefix: `10.201.${round}.0/24` },
    {
      ethertype: "IPv6",
      protocol: "ipv6-icmp",
      ...ports(128, 0),
      remoteIpPrefix: `fd00:10:${round + 1}::/64`,
    },
    { protocol: round % 2 === 0 ? "gre" : "112", remoteIpPrefix: `172.16.${round}.0/24` },
    round === 0
      ? { remoteGroup: group, description: "anything from the next group" }
      : { protocol: "sctp", ...ports(5_000 + round), remoteIpPrefix: cidr },
    { ethertype: "IPv6", protocol: "udp", ...ports(5_000, 5_010 + round), remoteIpPrefix: "2001:db8::/32" },
    { direction: "egress", protocol: "tcp", ...ports(5_432 + round), remoteIpPrefix: host },
  ]
  return rule(variants[nth % variants.length] ?? {})
}
