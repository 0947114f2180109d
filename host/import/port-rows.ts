import type { Port } from "../../src/openstack/index.ts"
import { insertRows, type Queryable, type Row, type RowRef } from "../waldur/insert.ts"
import type { LiveTenant } from "./live-tenant.ts"
import { commonColumns, insertAll, type Owner, type Refs } from "./network-rows.ts"

interface Known {
  readonly networks: Refs
  readonly subnets: Refs
  readonly groups: Refs
  /** Names of instances by their ids. */
  readonly instances: Readonly<Record<string, string>>
}

/** Writes the ports, their security groups, and the instances that they belong to. */
export async function importPorts(
  db: Queryable,
  live: LiveTenant,
  owner: Owner,
  known: Known,
): Promise<void> {
  const instances = await importInstances(db, live, owner, known.instances)
  const ports = await insertAll(db, "openstack_port", live.ports, (port) => ({
    ...commonColumns(port, owner),
    ...portColumns(port),
    network_id: known.networks.get(port.network_id)?.id ?? null,
    subnet_id: known.subnets.get(port.fixed_ips[0]?.subnet_id ?? "")?.id ?? null,
    instance_id: instances.get(port.device_id)?.id ?? null,
  }))
  await insertRows(
    db,
    "openstack_port_security_groups",
    live.ports.flatMap((port) =>
      port.security_groups.flatMap((group) => {
        // A group of another project, shared with this one, has no row here.
        const securitygroup_id = known.groups.get(group)?.id
        return securitygroup_id === undefined ? [] : { port_id: ports.get(port.id)?.id, securitygroup_id }
      }),
    ),
  )
}

function portColumns(port: Port): Row {
  return {
    mac_address: port.mac_address,
    fixed_ips: JSON.stringify(port.fixed_ips),
    allowed_address_pairs: JSON.stringify(port.allowed_address_pairs ?? []),
    port_security_enabled: port.port_security_enabled ?? true,
    device_id: port.device_id,
    device_owner: port.device_owner,
  }
}

/** Inserts an instance for each machine that has ports, with fixed values for what the ports do not contain. */
async function importInstances(
  db: Queryable,
  { ports }: LiveTenant,
  owner: Owner,
  names: Known["instances"],
): Promise<ReadonlyMap<string, RowRef>> {
  const owned = ports.filter((port) => port.device_owner.startsWith("compute:") && port.device_id !== "")
  const ids = [...new Set(owned.map(({ device_id }) => device_id))]
  const instances = ids.map((id) => ({ id, name: names[id] ?? `instance-${id.slice(0, 8)}` }))
  return insertAll(db, "openstack_instance", instances, (instance) => ({
    ...commonColumns(instance, owner),
    runtime_state: "ACTIVE",
    action_details: "{}",
    cores: 1,
    ram: 1_024,
    disk: 10_240,
    min_ram: 0,
    min_disk: 0,
    flavor_disk: 0,
  }))
}
