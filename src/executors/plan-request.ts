import { errors } from "../errors.ts"
import { planTenant, type TenantPlan } from "../kinds/plan-tenant.ts"
import { formatPrefix, overlaps, parsePrefix } from "../planning/addresses.ts"
import { type CidrMapping, mapPrefix, mappingsWithin } from "../planning/cidr-mapping.ts"
import { type LimitsPlan, planLimits, tenantQuotas } from "../planning/limits.ts"
import type { SourceTenant } from "../planning/source.ts"
import type { ValidRequest } from "./request.ts"

/** What the destination gets that is made up and not copied. */
export interface Identity {
  readonly username: string
  readonly marker: string
}

export interface RequestPlan extends TenantPlan {
  readonly limits: LimitsPlan
  /** Quotas of the new tenant, by Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
}

/** The plan of a valid request. Pure. */
export function planRequest(request: ValidRequest, source: SourceTenant, identity: Identity): RequestPlan {
  checkRouters(source, request.cidrs)
  const limits = planLimits(request.srcResource.limits, request.volumeTypes, request.dstVolumeTypes)
  const quotas = tenantQuotas(limits.limits, source.quotas, request.dstVolumeTypes, limits.omitted)
  const plan = planTenant({
    source,
    name: request.name,
    description: request.description,
    mappings: request.cidrs,
    staticRoutes: request.staticRoutes,
    externalNetworkId: request.externalNetworkId,
    withPorts: request.withPorts,
    quotas,
    destination: identity,
  })
  const lostLimits = limits.omitted.map(({ name, value, reason }) => ({
    kind: "quota" as const,
    key: name,
    name: `${name} = ${value}`,
    reason,
  }))
  return { ...plan, omitted: [...plan.omitted, ...lostLimits], limits, quotas }
}

/** Neutron refuses a router whose subnets overlap. @throws CIDR_MAPPING */
function checkRouters(source: SourceTenant, mappings: readonly CidrMapping[]): void {
  const subnets = new Map(source.subnets.map((subnet) => [subnet.key, subnet]))
  for (const router of source.routers) {
    const placed = router.interfaces.flatMap(({ subnet: key }) => {
      const subnet = subnets.get(key)
      const prefix = subnet && parsePrefix(mapPrefix(subnet.cidr, mappingsWithin(subnet.cidr, mappings)))
      return prefix === undefined ? [] : [{ name: subnet?.name, prefix }]
    })
    for (const [index, one] of placed.entries()) {
      const other = placed.slice(0, index).find(({ prefix }) => overlaps(prefix, one.prefix))
      if (other === undefined) continue
      throw errors.cidrMapping(
        `After the mapping the subnets ${other.name} (${formatPrefix(other.prefix)}) and ${one.name} ` +
          `(${formatPrefix(one.prefix)}) overlap, which router ${router.name} joins.`,
      )
    }
  }
}
