import { sql } from "kysely"
import type { Trx } from "../models/database.ts"
import { recordBackendIds, textJson } from "../models/rows.ts"
import { type Cloud, CloudError, createResources, deleteResource, type Port } from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { mapAddress, mapAddressOrPrefix, mappingsWithin } from "../planning/cidr-mapping.ts"
import { type KindPlan, type PlanContext, type Ref, ref } from "../planning/plan.ts"
import type { AddressPair, SourcePort } from "../planning/source.ts"
import { sorted } from "../planning/unordered.ts"
import type { CloudContext } from "./cloud-context.ts"
import { differences, liveDifferences } from "./compare.ts"
import { countBatches } from "./cost.ts"
import { type Desired, defineKind, type Resolved, type RowContext } from "./kind.ts"
import { addressKey, moveServicePorts } from "./service-ports.ts"
import { tableRows } from "./table-rows.ts"

interface Body extends LiveAttributes<"port"> {
  readonly project_id: Ref
  readonly network_id: Ref
  readonly name: string
  readonly description: string
  readonly mac_address: string
  readonly fixed_ips: readonly { readonly subnet_id: Ref; readonly ip_address: string }[]
  readonly port_security_enabled: boolean
  readonly security_groups: readonly Ref[]
  readonly allowed_address_pairs: readonly AddressPair[]
  /**
   * Subnets that derive addresses from the MAC (SLAAC, DHCPv6 stateless). Neutron refuses an explicit address there,
   * and assigns the same one, because the MAC is the same.
   */
  readonly auto_addressed?: readonly Ref[]
  /** Only where a subnet of the port has `service_types`: Neutron refuses ports of other owners there. */
  readonly device_owner?: string
}

const stored = tableRows<Body>("openstack_port", (context, body) => ({
  name: body.name,
  description: body.description,
  backend_id: "",
  mac_address: body.mac_address,
  allowed_address_pairs: textJson(body.allowed_address_pairs),
  network_id: context.rowId(body.network_id),
  tenant_id: context.tenantId,
  fixed_ips: textJson(body.fixed_ips.map(({ ip_address }) => ({ subnet_id: "", ip_address }))),
  device_id: "",
  device_owner: body.device_owner ?? "",
  port_security_enabled: body.port_security_enabled,
  instance_id: null,
  subnet_id: body.fixed_ips[0] === undefined ? null : context.rowId(body.fixed_ips[0].subnet_id),
}))

async function linkGroups(
  { trx, rowId }: RowContext,
  rows: readonly { readonly rowId: number; readonly body: Body }[],
): Promise<void> {
  const links = rows.flatMap((row) =>
    row.body.security_groups.map((group) => ({ port: row.rowId, group: rowId(group) })),
  )
  await sql`
    insert into openstack_port_security_groups (port_id, securitygroup_id)
    select * from unnest(${links.map((link) => link.port)}::int[], ${links.map((link) => link.group)}::int[])`.execute(
    trx,
  )
}

async function unlinkGroups(trx: Trx, rowIds: readonly number[]): Promise<void> {
  await sql`delete from openstack_port_security_groups where port_id = any(${rowIds}::int[])`.execute(trx)
}

const batch = {
  // Neutron takes some 200 ms a port, in bulk or not: 25 take 5 s. Requests at the same time are faster.
  maxSize: 25,
  minSize: 5,
  // Neutron's ML2 plugin silently drops these attributes of a bulk request, so such a port has a request of its own.
  groupBy: (desired: PairsAndOptions & Pick<Body, "mac_address">) =>
    needsOwnRequest(desired) ? desired.mac_address : "",
}

/** Ports: one for each source port, with all of its addresses. In Neutron a MAC is unique in its network. */
export const port = defineKind<Body, Port>({
  name: "port",
  after: ["subnet", "security_group"],

  plan: {
    build: plan,
    cost(planned) {
      // Before the first bulk request the addresses in use are read.
      const inBulk = planned.filter(({ body }) => !needsOwnRequest(body)).length > 1
      return { reads: inBulk ? 1 : 0, writes: countBatches(batch, planned) }
    },
  },

  rows: {
    async insert(context, planned) {
      const ids = await stored.insert(context, planned)
      const rows = ids.flatMap((rowId, index) =>
        planned.slice(index, index + 1).map(({ body }) => ({ rowId, body })),
      )
      await linkGroups(context, rows)
      return ids
    },
    async update(context, rows) {
      await stored.update(context, rows)
      await unlinkGroups(
        context.trx,
        rows.map(({ rowId }) => rowId),
      )
      await linkGroups(context, rows)
    },
    async delete(trx, rowIds) {
      await unlinkGroups(trx, rowIds)
      await stored.delete(trx, rowIds)
    },
    async recordBackendIds(trx, done) {
      await recordBackendIds(
        trx,
        "openstack_port",
        done.map(({ rowId, actual }) => ({ rowId, backendId: actual.id })),
      )
      await sql`
      update openstack_port as row set fixed_ips = done.fixed_ips, mac_address = done.mac
      from unnest(
        ${done.map((one) => one.rowId)}::int[],
        ${done.map((one) => textJson(one.actual.fixed_ips))}::text[],
        ${done.map((one) => one.actual.mac_address)}::text[]
      ) as done (id, fixed_ips, mac)
      where row.id = done.id`.execute(trx)
    },
    table: "openstack_port",
  },

  api: {
    list: (context) => context.collection("ports"),
    id: (actual) => actual.id,
    batch,
    create: create,
  },

  verify: {
    isMatch: (desired, actual) =>
      desired.network_id === actual.network_id &&
      desired.mac_address.toLowerCase() === actual.mac_address.toLowerCase(),
    compare: (desired, actual) => [
      ...differences(comparable(desired), comparable(actual)),
      ...liveDifferences(liveOf(desired), actual),
    ],
    // DHCP agents, routers and others have ports of their own in the networks of a project.
    unmanagedName: ({ id, name, device_owner: owner }) =>
      owner.startsWith("network:") ? undefined : name || id,
  },

  removal: {
    delete: ({ cloud }, actual) => deleteResource(cloud, "ports", actual.id),
  },
})

/**
 * Creates ports. When Neutron refuses a bulk request because of one address, the addresses of the other ports stay
 * allocated although no port has them. So a batch with an address in use is not sent: it is refused here, and halved by
 * the caller, until that port has a request of its own. If the address belongs to a port of the cloud itself (DHCP),
 * that port is moved to another address.
 */
async function create(context: CloudContext, desired: readonly Desired<Body>[]): Promise<readonly Port[]> {
  const [first, ...more] = desired
  if (first === undefined) return []
  if (more.length === 0) return [await createOne(context.cloud, first)]
  const taken = await takenAddresses(context)
  for (const { name, body } of desired) {
    const address = body.fixed_ips.find((one) => taken.has(addressKey(one)))
    if (address !== undefined) throw addressInUse(context.cloud.name, name, address.ip_address)
  }
  return send(context.cloud, desired)
}

async function createOne(cloud: Cloud, desired: Desired<Body>): Promise<Port> {
  const { network_id, fixed_ips } = desired.body
  try {
    return await postOne(cloud, desired)
  } catch (error) {
    if (!(error instanceof CloudError) || error.failure.type !== "IpAddressAlreadyAllocated") throw error
    if (!(await moveServicePorts(cloud, network_id, fixed_ips))) throw error
    return postOne(cloud, desired)
  }
}

async function postOne(cloud: Cloud, desired: Desired<Body>): Promise<Port> {
  const [made] = await send(cloud, [desired])
  if (made === undefined) throw new Error("Neutron returned no port for a create request.")
  return made
}

function send(cloud: Cloud, desired: readonly Desired<Body>[]): Promise<readonly Port[]> {
  return createResources(
    cloud,
    "ports",
    desired.map(({ body: { auto_addressed, ...body } }) => ({
      ...body,
      fixed_ips: body.fixed_ips.map((one) =>
        auto_addressed?.includes(one.subnet_id) ? { subnet_id: one.subnet_id } : one,
      ),
    })),
  )
}

async function takenAddresses(context: CloudContext): Promise<ReadonlySet<string>> {
  const ports = await context.collection("ports")
  return new Set(ports.flatMap((port) => port.fixed_ips.map(addressKey)))
}

function addressInUse(cloud: string, name: string, address: string): CloudError {
  return new CloudError({
    cloud,
    service: "network",
    method: "POST",
    path: "/ports",
    status: 409,
    cloudMessage: `The address ${address} of port ${name} is in use already.`,
    type: "IpAddressAlreadyAllocated",
    requestId: "",
    retry: "no",
    uncertain: false,
  })
}

type Comparable = Pick<
  Port,
  | "network_id"
  | "name"
  | "description"
  | "mac_address"
  | "fixed_ips"
  | "port_security_enabled"
  | "security_groups"
  | "allowed_address_pairs"
>

interface PairsAndOptions {
  readonly allowed_address_pairs: readonly unknown[]
  readonly extra_dhcp_opts?: unknown
}

function needsOwnRequest({
  allowed_address_pairs: pairs,
  extra_dhcp_opts: options,
}: PairsAndOptions): boolean {
  return [pairs, options].some((list) => Array.isArray(list) && list.length > 0)
}

const autoModes = ["slaac", "dhcpv6-stateless"]

function autoAddressed(addresses: SourcePort["fixedIps"]): Pick<Body, "auto_addressed"> {
  return addresses.length === 0
    ? {}
    : { auto_addressed: addresses.map(({ subnet }) => ref("subnet", subnet)) }
}

/** Returns the live-only attributes of a desired port. */
function liveOf(desired: Resolved<Body>): LiveAttributes<"port"> {
  // Nova changes the owner when an instance is attached.
  const { project_id: _, auto_addressed: __, device_owner: ___, ...rest } = desired
  const known = new Set(Object.keys(comparable(desired)))
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !known.has(name)))
}

/** Returns attributes in a canonical form: Neutron reorders lists, and fills in the port's MAC in address pairs. */
function comparable(port: Comparable) {
  const { network_id, name, description, port_security_enabled } = port
  const mac = port.mac_address.toLowerCase()
  return {
    network_id,
    name,
    description,
    port_security_enabled,
    mac_address: mac,
    fixed_ips: sorted(port.fixed_ips),
    security_groups: sorted(port.security_groups),
    allowed_address_pairs: sorted(
      (port.allowed_address_pairs ?? []).map((pair) => ({
        ip_address: pair.ip_address,
        mac_address: pair.mac_address?.toLowerCase() ?? mac,
      })),
    ),
  }
}

function plan({ source, mappings, withPorts }: PlanContext): KindPlan<Body> {
  if (!withPorts) return { objects: [], omitted: [] }
  const cidrs = new Map(source.subnets.map(({ key, cidr }) => [key, cidr]))
  const automatic = new Set(
    source.subnets.flatMap(({ key, live }) =>
      autoModes.includes(String(live?.ipv6_address_mode ?? "")) ? [key] : [],
    ),
  )
  const forOwners = new Set(
    source.subnets.flatMap(({ key, live }) =>
      Array.isArray(live?.service_types) && live.service_types.length > 0 ? [key] : [],
    ),
  )
  // An address in one of the port's subnets follows the mapping of that subnet, as the port's own addresses do.
  const mappingsOf = ({ fixedIps }: SourcePort) => [
    ...fixedIps.flatMap(({ subnet }) => mappingsWithin(cidrs.get(subnet) ?? "", mappings).slice(0, 1)),
    ...mappings,
  ]
  return {
    objects: source.ports.map((port) => ({
      key: port.key,
      name: port.name || port.macAddress,
      sourceId: port.backendId,
      body: {
        project_id: ref("project", "project"),
        network_id: ref("network", port.network),
        name: port.name,
        description: port.description,
        mac_address: port.macAddress,
        fixed_ips: port.fixedIps.map(({ subnet, ipAddress }) => ({
          subnet_id: ref("subnet", subnet),
          ip_address: mapAddress(ipAddress, mappingsWithin(cidrs.get(subnet) ?? "", mappings)),
        })),
        port_security_enabled: port.portSecurityEnabled,
        security_groups: port.securityGroups.map((group) => ref("security_group", group)),
        allowed_address_pairs: port.allowedAddressPairs.map((pair) => ({
          ...pair,
          ip_address: mapAddressOrPrefix(pair.ip_address, mappingsOf(port)),
        })),
        ...(port.deviceOwner &&
          port.fixedIps.some(({ subnet }) => forOwners.has(subnet)) && { device_owner: port.deviceOwner }),
        ...autoAddressed(port.fixedIps.filter(({ subnet }) => automatic.has(subnet))),
        ...port.live,
      },
    })),
    omitted: source.ignoredPorts.map(({ key, name, reason }) => ({ kind: "port", key, name, reason })),
  }
}
