import type { GroupSpec, PortSpec, RuleSpec, SubnetSpec, TenantSpec } from "../../host/demo/tenant-spec.ts"

function subnet(key: string, network: string, net: string, part: Partial<SubnetSpec> = {}): SubnetSpec {
  return {
    key,
    network,
    name: key,
    description: `subnet ${key}`,
    cidr: `${net}.0/24`,
    ipVersion: 4,
    gatewayIp: `${net}.1`,
    enableDhcp: true,
    allocationPools: [{ start: `${net}.100`, end: `${net}.200` }],
    dnsNameservers: ["192.0.2.53"],
    hostRoutes: [],
    ...part,
  }
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

function group(key: string, rules: readonly Partial<RuleSpec>[]): GroupSpec {
  return { key, name: key, description: `group ${key}`, rules: rules.map(rule) }
}

function port(
  key: string,
  network: string,
  subnetKey: string,
  ipAddress: string,
  part: Partial<PortSpec> = {},
): PortSpec {
  return {
    key,
    network,
    name: key,
    description: `port ${key}`,
    fixedIps: [{ subnet: subnetKey, ipAddress }],
    groups: ["web"],
    allowedAddressPairs: [],
    portSecurityEnabled: true,
    instance: "vm-1",
    ...part,
  }
}

const toWeb = { protocol: "tcp", portMin: 80, portMax: 80, remoteGroup: "web" }
const toDb = { protocol: "tcp", portMin: 5432, portMax: 5432, remoteGroup: "db" }

/** A small tenant with everything that the original loses or fails at. */
export const difficultTenant: TenantSpec = {
  name: "difficult",
  description: "every known difficulty",
  networks: [
    { key: "app", name: "same name", description: "network app", mtu: 1400 },
    { key: "db", name: "same name", description: "network db" },
    { key: "alone", name: "alone", description: "no router is attached" },
  ],
  subnets: [
    subnet("app-1", "app", "10.1.0"),
    subnet("app-2", "app", "10.1.1", { enableDhcp: false }),
    subnet("db-1", "db", "10.1.2", { gatewayIp: "10.1.2.254" }),
    subnet("alone-1", "alone", "10.1.3", { gatewayIp: null }),
    subnet("alone-2", "alone", "10.1.4"),
  ],
  routers: [
    {
      key: "edge",
      name: "edge",
      description: "leads out",
      hasGateway: true,
      interfaces: [{ subnet: "app-1" }, { subnet: "app-2" }],
      routes: [
        { destination: "10.1.2.0/24", nexthop: "10.1.0.254" },
        { destination: "172.31.0.0/16", nexthop: "10.1.0.10" },
      ],
    },
    {
      key: "inner",
      name: "inner",
      description: "leads to the other network",
      hasGateway: false,
      interfaces: [{ subnet: "db-1" }, { subnet: "app-1", ipAddress: "10.1.0.254" }],
      routes: [],
    },
  ],
  groups: [
    group("default", [{ direction: "egress" }, { ...toWeb, description: "default names another" }]),
    group("web", [toDb, { protocol: "112", description: "VRRP" }]),
    group("db", [toWeb, { protocol: "tcp", portMin: 22, portMax: 22, remoteIpPrefix: "10.1.0.0/24" }]),
  ],
  ports: [
    port("web-1", "app", "app-1", "10.1.0.20", { macAddress: "fa:16:3e:00:00:01" }),
    port("web-2", "app", "app-2", "10.1.1.20", {
      allowedAddressPairs: [{ ip_address: "10.1.1.250" }],
      groups: ["web", "db"],
    }),
    port("db-1", "db", "db-1", "10.1.2.20", { groups: ["db"] }),
    port("open", "alone", "alone-2", "10.1.4.20", { groups: [], portSecurityEnabled: false }),
  ],
  quotas: { network: 150, subnet: 150, port: 600, router: 20, security_group: 40, security_group_rule: 500 },
}
