import { planTenant, type TenantPlan } from "../../src/kinds/plan-tenant.ts"
import { type CidrMapping, readMappings } from "../../src/planning/cidr-mapping.ts"
import type { KindName } from "../../src/planning/kind-names.ts"
import type { Notes, PlanContext } from "../../src/planning/plan.ts"
import type {
  SourceNetwork,
  SourcePort,
  SourceRouter,
  SourceRule,
  SourceSecurityGroup,
  SourceSubnet,
  SourceTenant,
} from "../../src/planning/source.ts"

const named = (key: string) => ({ key, backendId: `id of ${key}`, name: key, description: "" })

export const network = (key: string, over: Partial<SourceNetwork> = {}): SourceNetwork => ({
  ...named(key),
  mtu: null,
  ...over,
})

/** A subnet of the network `net`; by default 10.1.0.0/24 with its gateway at .1. */
export const subnet = (key: string, over: Partial<SourceSubnet> = {}): SourceSubnet => ({
  ...named(key),
  network: "net",
  cidr: "10.1.0.0/24",
  ipVersion: 4,
  gatewayIp: "10.1.0.1",
  enableDhcp: true,
  allocationPools: [],
  dnsNameservers: [],
  hostRoutes: [],
  ...over,
})

export const router = (key: string, over: Partial<SourceRouter> = {}): SourceRouter => ({
  ...named(key),
  routes: [],
  interfaces: [],
  hasGateway: null,
  ...over,
})

export const rule = (key: string, over: Partial<SourceRule> = {}): SourceRule => ({
  key,
  backendId: `id of ${key}`,
  direction: "ingress",
  ethertype: "IPv4",
  protocol: "tcp",
  portMin: 22,
  portMax: 22,
  remoteIpPrefix: null,
  remoteGroup: null,
  description: "",
  ...over,
})

export const group = (
  key: string,
  rules: readonly SourceRule[] = [],
  name: string = key,
): SourceSecurityGroup => ({ ...named(key), name, rules })

export const port = (key: string, over: Partial<SourcePort> = {}): SourcePort => ({
  ...named(key),
  network: "net",
  macAddress: "fa:16:3e:00:00:01",
  fixedIps: [],
  securityGroups: [],
  allowedAddressPairs: [],
  portSecurityEnabled: true,
  ...over,
})

export const tenant = (over: Partial<SourceTenant> = {}): SourceTenant => ({
  name: "source",
  description: "",
  networks: [],
  subnets: [],
  routers: [],
  securityGroups: [],
  ports: [],
  ignoredPorts: [],
  quotas: {},
  ...over,
})

/** `["10.1.0.0/24 → 10.9.0.0/24"]` as mappings. */
export function mappings(...texts: readonly `${string} → ${string}`[]): readonly CidrMapping[] {
  return readMappings(
    texts.map((text) => {
      const [src_cidr = "", dst_cidr = ""] = text.split(" → ")
      return { src_cidr, dst_cidr }
    }),
  )
}

export function planContext(source: SourceTenant, over: Partial<PlanContext> = {}): PlanContext {
  return {
    source,
    name: "replica",
    description: "A replica.",
    mappings: [],
    staticRoutes: "reachable",
    externalNetworkId: "external",
    withPorts: true,
    sameCloud: false,
    volumeTypes: [],
    quotas: {},
    destination: { username: "replica-user-abcd", marker: "migration-1" },
    ...over,
  }
}

/** The plan of a tenant with these parts. */
export function planOf(parts: Partial<SourceTenant>, over: Partial<PlanContext> = {}): TenantPlan {
  return planTenant(planContext(tenant(parts), over))
}

export interface PlannedObject {
  readonly key: string
  readonly name: string
  readonly sourceId: string
  readonly body: Readonly<Record<string, unknown>>
  readonly notes?: Notes
}

export function objectsOf(plan: TenantPlan, kind: KindName): readonly PlannedObject[] {
  return plan.parts.flatMap((part) =>
    part.kind.name === kind ? (part.objects as readonly PlannedObject[]) : [],
  )
}

/** The bodies of a kind, or one attribute of each. */
export function bodiesOf(plan: TenantPlan, kind: KindName): readonly PlannedObject["body"][]
export function bodiesOf(plan: TenantPlan, kind: KindName, attribute: string): readonly unknown[]
export function bodiesOf(plan: TenantPlan, kind: KindName, attribute?: string): readonly unknown[] {
  return objectsOf(plan, kind).map(({ body }) => (attribute === undefined ? body : body[attribute]))
}

/** The omitted objects of a kind: `[key, reason]`. */
export function omittedOf(plan: TenantPlan, kind: KindName): readonly (readonly [string, string])[] {
  return plan.omitted.flatMap((one) => (one.kind === kind ? [[one.key, one.reason] as const] : []))
}
