import { sql } from "kysely"
import type { Trx } from "../models/database.ts"
import { textJson } from "../models/rows.ts"
import { deleteResource, type Port } from "../openstack/index.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { sorted } from "../planning/unordered.ts"
import { differences, liveDifferences } from "./compare.ts"
import { countBatches } from "./cost.ts"
import { defineKind, type Resolved, type RowContext } from "./kind.ts"
import { createPorts } from "./port-create.ts"
import { type PortBody, planPorts } from "./port-plan.ts"
import { recordIds, tableRows } from "./table-rows.ts"

const stored = tableRows<PortBody>("openstack_port", (context, body) => ({
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
  rows: readonly { readonly rowId: number; readonly body: PortBody }[],
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
  groupBy: (desired: PairsAndOptions & Pick<PortBody, "mac_address">) =>
    needsOwnRequest(desired) ? desired.mac_address : "",
}

/** Ports: one for each source port, with all of its addresses. In Neutron a MAC is unique in its network. */
export const port = defineKind<PortBody, Port>({
  name: "port",
  after: ["subnet", "security_group"],

  plan: {
    build: planPorts,
    cost(planned) {
      // Before the first bulk request the addresses in use are read.
      const inBulk = planned.filter(({ body }) => !needsOwnRequest(body)).length > 1
      return { reads: inBulk ? 1 : 0, writes: countBatches(batch, planned) }
    },
  },

  rows: {
    inserted: "openstack_port",
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
      await recordIds("openstack_port")(trx, done)
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
    create: createPorts,
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

/** Returns the live-only attributes of a desired port. */
function liveOf(desired: Resolved<PortBody>): LiveAttributes<"port"> {
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
