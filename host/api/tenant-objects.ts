import { sql } from "kysely"
import { endpoint, type RowsOf } from "./endpoint.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

/** Objects of a tenant that replications do not copy: their common fields and some of their columns. */
interface TenantObjects {
  readonly path: string
  readonly model: string
  readonly table: string
  /** Columns that are shown as they are stored. */
  readonly columns: readonly string[]
  /** Fields whose rows this host does not have. */
  readonly empty?: Readonly<Record<string, unknown>>
  /** Whether it has the field `display_name`. @default false */
  readonly named?: boolean
}

/** The columns that every table of such objects has. */
interface OwnedTable {
  readonly id: number
  readonly uuid: string
  readonly name: string
  readonly description: string
  readonly state: number
  readonly backend_id: string | null
  readonly error_message: string
  readonly error_traceback: string
  readonly tenant_id: number
  readonly service_settings_id: number
  readonly project_id: number
}

function objectsOf({ path, model, table, columns, empty = {}, named = false }: TenantObjects) {
  const select = (db: HostDb) =>
    db
      .selectFrom(sql<OwnedTable>`${sql.table(table)}`.as("row"))
      .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
      .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
      .innerJoin("structure_project as project", "project.id", "row.project_id")
      .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
      .select(ownedColumns())
      .select(sql<Readonly<Record<string, unknown>>>`to_jsonb(${sql.ref("row")})`.as("all"))
  return endpoint({
    path,
    model,
    select,
    visible: inOwnProject,
    filters: ownedFilters,
    order: "row.name",
    show: ({ all, ...row }: RowsOf<typeof select>, view) => ({
      ...showOwned(path, row, view),
      ...Object.fromEntries(columns.map((name) => [name, all[name]])),
      ...empty,
      ...(named && { display_name: row.name }),
    }),
  })
}

export const instances = objectsOf({
  path: "openstack-instances",
  model: "Instance",
  table: "openstack_instance",
  columns: [
    ...[
      "cores",
      "ram",
      "disk",
      "min_ram",
      "min_disk",
      "flavor_disk",
      "flavor_name",
      "image_name",
      "key_name",
    ],
    ...["key_fingerprint", "runtime_state", "action", "hypervisor_hostname", "latitude", "longitude"],
    "connect_directly_to_external_network",
  ],
  empty: {
    action_details: {},
    volumes: [],
    ports: [],
    security_groups: [],
    floating_ips: [],
    internal_ips: [],
    external_ips: [],
    external_address: [],
    availability_zone: null,
    availability_zone_name: null,
    start_time: null,
    rancher_cluster: null,
  },
})

export const volumes = objectsOf({
  path: "openstack-volumes",
  model: "Volume",
  table: "openstack_volume",
  columns: ["size", "bootable", "device", "runtime_state", "action", "image_name"],
  empty: { action_details: {}, metadata: {}, image_metadata: {}, instance: null, instance_name: null },
})

export const snapshots = objectsOf({
  path: "openstack-snapshots",
  model: "Snapshot",
  table: "openstack_snapshot",
  columns: ["size", "runtime_state", "action"],
  empty: { action_details: {}, metadata: {}, backups: [], restorations: [] },
})

export const serverGroups = objectsOf({
  path: "openstack-server-groups",
  model: "ServerGroup",
  table: "openstack_servergroup",
  columns: ["policy"],
  empty: { instances: [] },
  named: true,
})

export const floatingIps = objectsOf({
  path: "openstack-floating-ips",
  model: "FloatingIP",
  table: "openstack_floatingip",
  columns: ["address", "runtime_state", "backend_network_id"],
  empty: { port: null, port_fixed_ips: [], external_address: null, instance_name: null },
})
