import { neededNetworkQuota } from "./cloud-quotas.ts"
import type { SourceTenant } from "./source.ts"

/** Something that may fail, or that a user should know before the migration starts. */
export interface Warning {
  readonly code: "LIMIT" | "QUOTA_RAISED" | "OFFERING_LIMIT" | "NAME_TAKEN" | "DUPLICATE_MIGRATION"
  readonly message: string
}

/**
 * Maxima of stock Neutron: max_dns_nameservers, max_subnet_host_routes, max_routes, max_allowed_address_pair
 * (neutron.conf). Operators may allow more, so exceeding them is only a warning.
 */
const neutronMaxima = { dnsNameservers: 5, hostRoutes: 20, routes: 30, addressPairs: 10 } as const

/** Quotas of a new project in stock Neutron (neutron/conf/quota.py), for quotas that the source does not show. */
const stockQuotas: Readonly<Record<string, number>> = {
  network: 100,
  subnet: 100,
  port: 500,
  router: 10,
  security_group: 10,
  security_group_rule: 100,
  rbac_policy: 10,
}

const waldurNames: Readonly<Record<string, string>> = {
  network: "network_count",
  subnet: "subnet_count",
  port: "port_count",
  security_group: "security_group_count",
  security_group_rule: "security_group_rule_count",
}

/** Returns the warnings about a plan that need no call to a cloud. Pure. */
export function planWarnings(
  source: SourceTenant,
  quotas: Readonly<Record<string, number>>,
  withPorts: boolean,
): readonly Warning[] {
  return [...limitWarnings(source, withPorts), ...quotaWarnings(source, quotas, withPorts)]
}

function limitWarnings(source: SourceTenant, withPorts: boolean): readonly Warning[] {
  const over = (what: string, name: string, count: number, limit: number): readonly Warning[] =>
    count <= limit
      ? []
      : [
          {
            code: "LIMIT",
            message: `${what} of "${name}": ${count}. Stock Neutron accepts at most ${limit}.`,
          },
        ]
  return [
    ...source.subnets.flatMap(({ name, dnsNameservers, hostRoutes }) => [
      ...over("DNS servers", name, dnsNameservers.length, neutronMaxima.dnsNameservers),
      ...over("Host routes", name, hostRoutes.length, neutronMaxima.hostRoutes),
    ]),
    ...source.routers.flatMap(({ name, routes }) =>
      over("Static routes", name, routes.length, neutronMaxima.routes),
    ),
    ...(withPorts ? source.ports : []).flatMap(({ name, allowedAddressPairs }) =>
      over("Allowed address pairs", name, allowedAddressPairs.length, neutronMaxima.addressPairs),
    ),
  ]
}

function quotaWarnings(
  source: SourceTenant,
  quotas: Readonly<Record<string, number>>,
  withPorts: boolean,
): readonly Warning[] {
  return Object.entries(neededNetworkQuota(source, withPorts)).flatMap(([name, need]): readonly Warning[] => {
    const own = quotas[waldurNames[name] ?? ""]
    const quota = own ?? stockQuotas[name]
    if (quota === undefined || quota < 0 || quota >= need) return []
    const whose = own === undefined ? "of a new project in stock Neutron" : "of the source"
    const message = `The quota ${name} ${whose} is ${quota}, but the copy needs ${need}. The quota of the copy is raised.`
    return [{ code: "QUOTA_RAISED", message }]
  })
}

/** Facts of the destination, from host rows. */
export interface DestinationFacts {
  /** Name of the new tenant. */
  readonly name: string
  /** Whether the destination cloud has a tenant of that name. */
  readonly nameTaken: boolean
  /** Migrations of the same source into the same offering that have not ended. */
  readonly inProgress: number
  /** Limits that the offering allows per resource; null: no bound. */
  readonly bounds: readonly {
    readonly type: string
    readonly min: number | null
    readonly max: number | null
  }[]
}

/** Returns the warnings about the destination: limits of the offering, and what exists already. Pure. */
export function destinationWarnings(
  { name, nameTaken, inProgress, bounds }: DestinationFacts,
  limits: Readonly<Record<string, number>>,
): readonly Warning[] {
  return [
    ...bounds.flatMap((bound) => boundWarnings(bound, limits[bound.type])),
    ...(nameTaken
      ? [
          {
            code: "NAME_TAKEN" as const,
            message: `The destination already has a tenant "${name}". The name of the new project gets a suffix.`,
          },
        ]
      : []),
    ...(inProgress > 0
      ? [
          {
            code: "DUPLICATE_MIGRATION" as const,
            message:
              "A migration of this resource into this offering is in progress: this request will create another tenant.",
          },
        ]
      : []),
  ]
}

/** -1 is unlimited: above every bound. */
function boundWarnings(
  { type, min, max }: DestinationFacts["bounds"][number],
  limit: number | undefined,
): readonly Warning[] {
  if (limit === undefined) return []
  const code = "OFFERING_LIMIT" as const
  const shown = limit < 0 ? "unlimited" : String(limit)
  if (max && (limit < 0 || limit > max)) {
    return [{ code, message: `The limit ${type} is ${shown}; the offering allows at most ${max}.` }]
  }
  if (min && limit >= 0 && limit < min) {
    return [{ code, message: `The limit ${type} is ${shown}; the offering requires at least ${min}.` }]
  }
  return []
}
