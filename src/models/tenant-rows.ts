import type { Selectable } from "kysely"
import { quotaDefaults } from "../planning/limits.ts"
import { contentTypeId } from "./content-types.ts"
import type { Database, Db } from "./database.ts"

export type Row<Name extends keyof Database> = Selectable<Database[Name]>

/** The rows of a tenant as they were read together. */
export interface TenantRows {
  readonly tenant: Row<"openstack_tenant">
  readonly networks: readonly Row<"openstack_network">[]
  readonly subnets: readonly Row<"openstack_subnet">[]
  readonly routers: readonly Row<"openstack_router">[]
  readonly groups: readonly Row<"openstack_securitygroup">[]
  readonly rules: readonly Row<"openstack_securitygrouprule">[]
  readonly ports: readonly Row<"openstack_port">[]
  readonly portGroups: readonly Row<"openstack_port_security_groups">[]
  readonly instanceStates: ReadonlyMap<number, number>
  readonly quotas: Readonly<Record<string, number>>
}

/** Reads every row of a tenant's structure. */
export async function readTenantRows(db: Db, tenantId: number): Promise<TenantRows> {
  const of = <
    Name extends
      | "openstack_network"
      | "openstack_subnet"
      | "openstack_router"
      | "openstack_securitygroup"
      | "openstack_port",
  >(
    table: Name,
  ) =>
    db
      .selectFrom(table as "openstack_network")
      .selectAll()
      .where("tenant_id", "=", tenantId)
      .orderBy("id")
      .execute() as Promise<unknown> as Promise<Row<Name>[]>

  const tenant = await db
    .selectFrom("openstack_tenant")
    .selectAll()
    .where("id", "=", tenantId)
    .executeTakeFirstOrThrow()
  const groups = await of("openstack_securitygroup")
  const ports = await of("openstack_port")
  const groupIds = groups.map((group) => group.id)
  const rules = await db
    .selectFrom("openstack_securitygrouprule")
    .selectAll()
    .where("security_group_id", "in", [-1, ...groupIds])
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
  const limits = await db
    .selectFrom("quotas_quotalimit")
    .select(["name", "value"])
    .where("object_id", "=", tenantId)
    .where("content_type_id", "=", await contentTypeId(db, "openstack", "tenant"))
    .execute()
  return {
    tenant,
    networks: await of("openstack_network"),
    subnets: await of("openstack_subnet"),
    routers: await of("openstack_router"),
    groups,
    rules,
    ports,
    portGroups,
    instanceStates: new Map(instances.map(({ id, state }) => [id, state])),
    quotas: {
      ...quotaDefaults,
      ...Object.fromEntries(limits.map(({ name, value }) => [name, Number(value)])),
    },
  }
}
