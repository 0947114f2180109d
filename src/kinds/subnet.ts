import { textJson } from "../models/rows.ts"
import {
  type Cloud,
  createResources,
  deleteResource,
  type Subnet,
  updateResource,
} from "../openstack/index.ts"
import { parsePrefix, sameAddress } from "../planning/addresses.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { mapAddress, mapPrefix, mappingsWithin } from "../planning/cidr-mapping.ts"
import { type Ref, ref } from "../planning/plan.ts"
import type { AddressRange, SourceSubnet, StaticRoute } from "../planning/source.ts"
import { sorted } from "../planning/unordered.ts"
import { allSettledOrThrow } from "./all-settled-or-throw.ts"
import { differences, liveDifferences } from "./compare.ts"
import { countBatches } from "./cost.ts"
import { defineKind } from "./kind.ts"
import { recordIds, tableRows } from "./table-rows.ts"
import { markUncertain } from "./uncertain-create.ts"

interface Body extends LiveAttributes<"subnet"> {
  readonly project_id: Ref
  readonly network_id: Ref
  readonly name: string
  readonly description: string
  readonly ip_version: 4 | 6
  readonly cidr: string
  readonly gateway_ip: string | null
  readonly enable_dhcp: boolean
  /**
   * Absent: the source's row has none, and the cloud applies its default (all addresses but the gateway). Empty: the
   * pools are removed after the subnet is created, because Neutron treats an empty list in a POST as absent.
   */
  readonly allocation_pools?: readonly AddressRange[]
  readonly dns_nameservers: readonly string[]
  readonly host_routes: readonly StaticRoute[]
}

const batch = {
  maxSize: 20,
  minSize: 10,
  groupBy: (desired: Pools & { readonly cidr: string }) => (isWithoutPools(desired) ? desired.cidr : ""),
}

/** Subnets. Network and CIDR identify one: Neutron refuses overlaps in a network, and allows them between networks. */
export const subnet = defineKind<Body, Subnet>({
  name: "subnet",
  after: ["network"],

  plan: {
    build: ({ source, mappings }) => ({
      objects: source.subnets.map((subnet) => {
        const own = mappingsWithin(subnet.cidr, mappings)
        const at = (address: string) => mapAddress(address, own)
        const pools = subnet.allocationPools.map(({ start, end }) => ({ start: at(start), end: at(end) }))
        return {
          key: subnet.key,
          name: subnet.name,
          sourceId: subnet.backendId,
          body: {
            project_id: ref("project", "project"),
            network_id: ref("network", subnet.network),
            name: subnet.name,
            description: subnet.description,
            ip_version: subnet.ipVersion,
            cidr: mapPrefix(subnet.cidr, own),
            gateway_ip: subnet.gatewayIp === null ? null : at(subnet.gatewayIp),
            enable_dhcp: subnet.enableDhcp,
            ...poolsOf(subnet, pools),
            dns_nameservers: subnet.dnsNameservers.map(at),
            host_routes: subnet.hostRoutes.map(({ destination, nexthop }) => ({
              destination: mapPrefix(destination, own),
              nexthop: at(nexthop),
            })),
            ...subnet.live,
          },
        }
      }),
      omitted: [],
    }),
    cost: (planned) => ({
      reads: 0,
      writes: countBatches(batch, planned) + planned.filter(({ body }) => isWithoutPools(body)).length,
    }),
  },

  rows: {
    ...tableRows<Body>("openstack_subnet", (context, body) => ({
      name: body.name,
      description: body.description,
      backend_id: "",
      cidr: body.cidr,
      gateway_ip: body.gateway_ip,
      allocation_pools: textJson(body.allocation_pools ?? []),
      ip_version: body.ip_version,
      enable_dhcp: body.enable_dhcp,
      network_id: context.rowId(body.network_id),
      dns_nameservers: textJson(body.dns_nameservers),
      disable_gateway: body.gateway_ip === null,
      host_routes: textJson(body.host_routes),
      is_connected: false,
      tenant_id: context.tenantId,
    })),
    recordBackendIds: recordIds("openstack_subnet"),
    table: "openstack_subnet",
  },

  api: {
    list: (context) => context.collection("subnets"),
    id: (actual) => actual.id,
    batch,
    async create({ cloud }, desired) {
      const created = await createResources(
        cloud,
        "subnets",
        desired.map(({ body }) => body),
      )
      return markUncertain(
        allSettledOrThrow(
          created.map(async (one, index) =>
            isWithoutPools(desired[index]?.body) ? removePools(cloud, one) : one,
          ),
        ),
      )
    },
    // The pools are still there if the worker died after it created the subnet.
    update: async ({ cloud }, { body }, actual) =>
      isWithoutPools(body) ? removePools(cloud, actual) : actual,
  },

  verify: {
    isMatch: (desired, actual) => desired.network_id === actual.network_id && desired.cidr === actual.cidr,
    compare(
      { project_id: _, allocation_pools, dns_nameservers, host_routes, gateway_ip, ...wanted },
      actual,
    ) {
      return [
        ...liveDifferences(wanted, actual),
        ...differences({ dns_nameservers }, { ...actual }),
        ...(sameGateway(gateway_ip, actual.gateway_ip) ? [] : differences({ gateway_ip }, { ...actual })),
        ...differences({ host_routes: sorted(host_routes) }, { host_routes: sorted(actual.host_routes) }),
        ...(allocation_pools === undefined
          ? []
          : differences(
              { allocation_pools: sorted(allocation_pools) },
              { allocation_pools: sorted(actual.allocation_pools) },
            )),
      ]
    },
    unmanagedName: ({ name, cidr }) => `${name} ${cidr}`.trim(),
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "subnets", actual.id),
  },
})

interface Pools {
  readonly allocation_pools?: readonly AddressRange[]
}

/** Neutron shows the only address of an IPv6 /128 as a pool, but refuses such a pool (OutOfBoundsAllocationPool). */
function poolsOf({ cidr, hasNoPools }: SourceSubnet, pools: readonly AddressRange[]): Pools {
  if (pools.length === 0) return hasNoPools ? { allocation_pools: [] } : {}
  return parsePrefix(cidr)?.length === 128 ? {} : { allocation_pools: pools }
}

function isWithoutPools(body: Pools | undefined): boolean {
  return body?.allocation_pools?.length === 0
}

function removePools(cloud: Cloud, { id }: Subnet): Promise<Subnet> {
  return updateResource(cloud, "subnets", id, { allocation_pools: [] })
}

function sameGateway(wanted: string | null, seen: string | null): boolean {
  return wanted === null || seen === null ? wanted === seen : sameAddress(wanted, seen)
}
