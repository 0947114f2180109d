import { bool, id, int, smallint, type Table, uuid, varchar } from "../../models/columns.ts"

const link = (column: string) => ({ id, [column]: int, tenant_id: int }) as const satisfies Table

const zone = { id, name: varchar, uuid, available: bool, settings_id: int, tenant_id: int } as const

/** Tables of what a tenant can order machines and volumes with. Every column is given on insert, for none has a default. */
export const inventoryTables = {
  openstack_flavor: {
    id,
    name: varchar,
    uuid,
    backend_id: varchar,
    cores: smallint,
    ram: int,
    disk: int,
    settings_id: int,
  },
  openstack_flavor_tenants: link("flavor_id"),
  openstack_image: {
    id,
    name: varchar,
    uuid,
    backend_id: varchar,
    min_disk: int,
    min_ram: int,
    settings_id: int,
  },
  openstack_image_tenants: link("image_id"),
  openstack_volumetype: {
    id,
    description: varchar,
    name: varchar,
    uuid,
    backend_id: varchar,
    settings_id: int,
    disabled: bool,
  },
  openstack_volumetype_tenants: link("volumetype_id"),
  openstack_instanceavailabilityzone: zone,
  openstack_volumeavailabilityzone: zone,
} as const satisfies Record<string, Table>
