import type { Selectable } from "kysely"
import { quotaDefaults } from "../planning/limits.ts"
import { contentTypeId } from "./content-types.ts"
import type { Database, Db } from "./database.ts"

export type Row<Name extends keyof Database> = Selectable<Database[Name]>

/** The rows of a tenant and of its objects. */
export interface TenantRows {
  readonly tenant: Row<"openstack_tenant">
  readonly networks: readonly Row<"openstack_network">[]
  readonly subnets: readonly Row<"openstack_subnet">[]
  readonly routers: readonly Row<"openstack_router">[]
  readonly groups: readonly Row<"openstack_securitygroup">[]
  readonly rules: readonly Row<"openstack_securitygrouprule">[]
  readonly ports: readonly Row<"openstack_port">[]
  readonly portGroups: readonly Row<"openstack_port_security_groups">[]
  /** Codes of states, by the id of the row. */
  readonly instanceStates: ReadonlyMap<number, number>
  /** By Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
}

type TenantTable =
  | "openstack_network"
  | "openstack_subnet"
  | "openstack_router"
  | "openstack_securitygroup"
  | "openstack_port"

/** Reads the rows of a tenant and of its objects. */
export async function readTenantRows(db: Db, tenantId: number): Promise<TenantRows> {
  const tenant = await db
    .selectFrom("openstack_tenant")
    .selectAll()
    .where("id", "=", tenantId)
    .executeTakeFirstOrThrow()
  const groups = await readRows(db, "openstack_securitygroup", tenantId)
  const ports = await readRows(db, "openstack_port", tenantId)
  const rules = await db
    .selectFrom("openstack_securitygrouprule")
    .selectAll()
    .where("security_group_id", "in", [-1, ...groups.map(({ id }) => id)])
    .orderBy("id")
    .execute()
  const portGroups = await db
    .selectFrom("openstack_port_security_groups as link")
    .innerJoin("openstack_port as port", "port.id", "link.port_id")
    .selectAll("link")
    .where("port.tenant_id", "=", tenantId)
    .orderBy("link.id")
    .execute()
  const instances = await db
    .selectFrom("openstack_instance")
    .select(["id", "state"])
    .where("tenant_id", "=", tenantId)
    .execute()
  return {
    tenant,
    networks: await readRows(db, "openstack_network", tenantId),
    subnets: await readRows(db, "openstack_subnet", tenantId),
    routers: await readRows(db, "openstack_router", tenantId),
    groups,
    rules,
    ports,
    portGroups,
    instanceStates: new Map(instances.map(({ id, state }) => [id, state])),
    quotas: await readQuotas(db, tenantId),
  }
}

function readRows<Name extends TenantTable>(
  db: Db,
  table: Name,
  tenantId: number,
): Promise<readonly Row<Name>[]> {
  // Kysely cannot type a table name that is a type parameter, so one table stands for all.
  const rows: Promise<unknown> = db
    .selectFrom(table as "openstack_network")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .orderBy("id")
    .execute()
  return rows as Promise<Row<Name>[]>
}

async function readQuotas(db: Db, tenantId: number): Promise<Readonly<Record<string, number>>> {
  const limits = await db
    .selectFrom("quotas_quotalimit")
    .select(["name", "value"])
    .where("object_id", "=", tenantId)
    .where("content_type_id", "=", await contentTypeId(db, "openstack", "tenant"))
    .execute()
  return {
    ...quotaDefaults,
    ...Object.fromEntries(limits.map(({ name, value }) => [name, Number(value)])),
  }
}
