import { errors } from "../../errors.ts"
import { planTenant, type TenantPlan } from "../../kinds/plan-tenant.ts"
import { formatPrefix, overlaps, parsePrefix } from "../../planning/addresses.ts"
import { type CidrMapping, mapPrefix, mappingsWithin, readMappings } from "../../planning/cidr-mapping.ts"
import type { DestinationIdentity, PlanInputs } from "../../planning/inputs.ts"
import { type LimitsPlan, planLimits, tenantQuotas } from "../../planning/limits.ts"
import type { SourceTenant } from "../../planning/source.ts"
import type { ValidRequest } from "./request.ts"

export interface RequestPlan extends TenantPlan {
  readonly limits: LimitsPlan
  /** Quotas of the new tenant, by Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
  readonly inputs: PlanInputs
}

/** Plans a valid request. Pure. @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT */
export function planRequest(
  request: ValidRequest,
  source: SourceTenant,
  identity: DestinationIdentity,
): RequestPlan {
  const limits = planLimits(request.srcResource.limits, request.volumeTypes, request.dstVolumeTypes)
  const quotas = tenantQuotas(limits.limits, {
    source: source.quotas,
    destinationTypes: request.dstVolumeTypes,
    mappings: request.volumeTypes,
    omitted: limits.omitted,
  })
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
    omittedLimits: limits.omitted,
    destination: identity,
  }
  return { ...planInputs(inputs, source), limits, quotas, inputs }
}

/**
 * Plans a source under the inputs of a request: first from the host's rows, again from the live source. Pure.
 * @param extensions aliases of the destination's Neutron extensions; undefined: unknown
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
  const omittedLimits = inputs.omittedLimits.map(({ name, value, reason }) => ({
    kind: "quota" as const,
    key: name,
    name: `${name} = ${value}`,
    reason,
  }))
  return { ...plan, omitted: [...plan.omitted, ...omittedLimits] }
}

/** Checks that the subnets of a router do not overlap after the mapping: Neutron refuses that. @throws CIDR_MAPPING */
function checkRouters(source: SourceTenant, mappings: readonly CidrMapping[]): void {
  const subnets = new Map(source.subnets.map((subnet) => [subnet.key, subnet]))
  for (const router of source.routers) {
    const connected = router.interfaces.flatMap(({ subnet: key }) => {
      const subnet = subnets.get(key)
      const prefix = subnet && parsePrefix(mapPrefix(subnet.cidr, mappingsWithin(subnet.cidr, mappings)))
      return prefix === undefined ? [] : [{ name: subnet?.name, prefix }]
    })
    for (const [index, subnet] of connected.entries()) {
      const other = connected.slice(0, index).find(({ prefix }) => overlaps(prefix, subnet.prefix))
      if (other === undefined) continue
      throw errors.cidrMapping(
        `Router ${router.name} connects the subnets ${other.name} (${formatPrefix(other.prefix)}) and ${subnet.name} ` +
          `(${formatPrefix(subnet.prefix)}), which overlap after the mapping. Map them to ranges that do not overlap.`,
      )
    }
  }
}
