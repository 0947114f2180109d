import { errors } from "../../errors.ts"
import { planTenant, type TenantPlan } from "../../kinds/plan-tenant.ts"
import { formatPrefix, overlaps, parsePrefix } from "../../planning/addresses.ts"
import { type CidrMapping, mapPrefix, mappingsWithin, readMappings } from "../../planning/cidr-mapping.ts"
import type { Identity, PlanInputs } from "../../planning/inputs.ts"
import { type LimitsPlan, planLimits, tenantQuotas } from "../../planning/limits.ts"
import type { SourceTenant } from "../../planning/source.ts"
import type { ValidRequest } from "./request.ts"

export interface RequestPlan extends TenantPlan {
  readonly limits: LimitsPlan
  /** Quotas of the new tenant, by Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
  readonly inputs: PlanInputs
}

/** The plan of a valid request. Pure. @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT */
export function planRequest(request: ValidRequest, source: SourceTenant, identity: Identity): RequestPlan {
  const limits = planLimits(request.srcResource.limits, request.volumeTypes, request.dstVolumeTypes)
  const quotas = tenantQuotas(limits.limits, source.quotas, request.dstVolumeTypes, limits.omitted)
  const inputs: PlanInputs = {
    srcTenantId: request.srcTenantId,
    networkIds: request.networkIds ?? null,
    name: request.name,
    description: request.description,
    cidrs: request.cidrs.map(({ src, dst }) => ({
      src_cidr: formatPrefix(src),
      dst_cidr: formatPrefix(dst),
    })),
    staticRoutes: request.staticRoutes,
    externalNetworkId: request.externalNetworkId,
    withPorts: request.withPorts,
    sameCloud: request.srcSettingsId === request.dstSettingsId,
    volumeTypes: request.volumeTypes,
    quotas,
    lostLimits: limits.omitted,
    destination: identity,
  }
  return { ...planInputs(inputs, source), limits, quotas, inputs }
}

/**
 * The plan of a source under a request's inputs; asked again when the live source is known. Pure.
 * @param extensions the destination's, where they are known
 * @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT
 */
export function planInputs(
  inputs: PlanInputs,
  source: SourceTenant,
  extensions?: ReadonlySet<string>,
): TenantPlan {
  const mappings = readMappings(inputs.cidrs)
  checkRouters(source, mappings)
  const plan = planTenant({ ...inputs, source, mappings, ...(extensions && { extensions }) })
  const lostLimits = inputs.lostLimits.map(({ name, value, reason }) => ({
    kind: "quota" as const,
    key: name,
    name: `${name} = ${value}`,
    reason,
  }))
  return { ...plan, omitted: [...plan.omitted, ...lostLimits] }
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
