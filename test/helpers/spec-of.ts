import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import type { SourceTenant } from "../../src/planning/source.ts"

/** Returns the spec with which a tenant of the planner's tests can be created in a cloud. */
export function specOf(source: SourceTenant): TenantSpec {
  const rules = source.securityGroups.reduce((sum, group) => sum + group.rules.length, 0)
  return {
    name: source.name,
    description: source.description,
    networks: source.networks.map(({ mtu, ...network }) => ({
      ...network,
      ...(mtu === null ? {} : { mtu }),
    })),
    subnets: source.subnets,
    routers: source.routers.map((router) => ({
      ...router,
      hasGateway: router.hasGateway === true,
      interfaces: router.interfaces.map(({ subnet, ipAddress }) => {
        const gateway = source.subnets.find(({ key }) => key === subnet)?.gatewayIp
        return ipAddress === gateway ? { subnet } : { subnet, ipAddress }
      }),
    })),
    // The first group is the default one, which every project has.
    groups: source.securityGroups.toSorted(
      (a, b) => Number(b.name === "default") - Number(a.name === "default"),
    ),
    ports: source.ports.map(({ securityGroups, ...port }) => ({ ...port, groups: securityGroups })),
    quotas: {
      network: 100,
      subnet: 100,
      port: 500,
      router: 20,
      security_group: 100,
      security_group_rule: rules + 500,
    },
  }
}
