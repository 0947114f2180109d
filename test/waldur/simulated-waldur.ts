import type pg from "pg"
import { insertRow, type Row } from "../../host/waldur/insert.ts"
import { type Cloud, listResources } from "../../src/openstack/index.ts"

/** Ids of the rows of a copy. */
export interface CopyRows {
  readonly tenant: number
  readonly resource: number
}

/** Waldur's codes of states. */
const core = { UPDATING: 2, OK: 3, ERRED: 4, SCHEDULED: 5, CREATING: 6, DELETION_SCHEDULED: 7, DELETING: 8 }
const resource = { CREATING: 1, OK: 2, ERRED: 3, UPDATING: 4, TERMINATING: 5, TERMINATED: 6 }

/** Tables whose rows have a state, parents first. */
const stateful = [
  "openstack_securitygroup",
  "openstack_network",
  "openstack_subnet",
  "openstack_router",
  "openstack_port",
] as const

/**
 * Does to a copy's rows what Waldur's periodic jobs and its termination do, as plain SQL. Its own rows of events are left
 * out. Each function is one message of Waldur's queue, so that a test can run it between any two steps of ours.
 */
export class SimulatedWaldur {
  readonly #pool: pg.Pool
  readonly #cloud: Cloud
  readonly #copy: CopyRows

  /** @param cloud as an administrator of the destination */
  constructor(pool: pg.Pool, cloud: Cloud, copy: CopyRows) {
    this.#pool = pool
    this.#cloud = cloud
    this.#copy = copy
  }

  /** The hourly job of tenants, and after it the pull of what is in them. */
  async pull(): Promise<void> {
    const project = await this.#pullTenant()
    if (project === undefined) return
    await this.#pullGroups(project)
    await this.#pullNetworks(project)
    await this.#pullRouters(project)
    await this.#pullPorts(project)
    await this.#pullFlavors()
  }

  /** The job of quotas, twice a day: usages of a tenant that is OK. */
  async pullQuotas(): Promise<void> {
    const { tenant } = this.#copy
    const found = await this.#tenant()
    if (found?.state !== core.OK) return
    await this.#setTenant(core.UPDATING)
    for (const [name, used] of Object.entries(await this.#usages(found.backend_id ?? ""))) {
      await this.#pool.query(
        `insert into quotas_quotausage (content_type_id, object_id, name, delta)
         select type.id, $1, $2, $3 - coalesce(sum(usage.delta), 0)
         from django_content_type type left join quotas_quotausage usage
           on usage.content_type_id = type.id and usage.object_id = $1 and usage.name = $2
         where type.app_label = 'openstack' and type.model = 'tenant'
         group by type.id having $3 <> coalesce(sum(usage.delta), 0)`,
        [tenant, name, used],
      )
    }
    await this.#setTenant(core.OK)
    // Waldur's handler of the tenant's OK: from Creating, Updating and Erred.
    await this.#setResource(resource.OK, [resource.CREATING, resource.OK, resource.UPDATING, resource.ERRED])
  }

  /** The hourly job of the time-out: rows that are Creating and were not changed for three hours. */
  async timeOut(): Promise<void> {
    const failed =
      "state in (5, 6) and modified < now() - interval '3 hours' and $1::int is not null returning id"
    for (const table of stateful) {
      await this.#pool.query(
        `update ${table} set state = 4, error_message = 'Provisioning has timed out.' where tenant_id = $1 and ${failed}`,
        [this.#copy.tenant],
      )
    }
    const { rowCount } = await this.#pool.query(
      `update openstack_tenant set state = 4, error_message = 'Provisioning has timed out.' where id = $1 and ${failed}`,
      [this.#copy.tenant],
    )
    if (rowCount === 1) await this.#setResource(resource.ERRED)
  }

  /** Lets hours pass for rows that nobody changes. */
  async passHours(hours: number): Promise<void> {
    for (const table of ["openstack_tenant", ...stateful]) {
      const column = table === "openstack_tenant" ? "id" : "tenant_id"
      await this.#pool.query(
        `update ${table} set modified = modified - make_interval(hours => $2) where ${column} = $1`,
        [this.#copy.tenant, hours],
      )
    }
  }

  /** The job of the first of a month: the invoice of each customer, with the items of what it has. */
  async invoiceOfMonth(year: number, month: number): Promise<void> {
    const { rows } = await this.#pool.query<{ id: number }>(
      `insert into invoices_invoice (created, uuid, month, year, state, customer_id, tax_percent, backend_id, payment_url, reference_number, total_cost, total_price)
       select now(), gen_random_uuid(), $2, $1, 'pending', project.customer_id, 0, '', '', '', 0, 0
       from marketplace_resource resource join structure_project project on project.id = resource.project_id
       where resource.id = $3
       on conflict do nothing returning id`,
      [year, month, this.#copy.resource],
    )
    for (const { id } of rows) {
      const billed = await this.#pool.query<Row>(
        `select resource.id as resource_id, resource.name, resource.project_id from marketplace_resource resource
         where resource.id = $1 and resource.state not in (1, 6) and resource.plan_id is not null`,
        [this.#copy.resource],
      )
      const start = new Date(Date.UTC(year, month - 1))
      const end = new Date(Date.UTC(year, month) - 1)
      const item = { unit: "month", unit_price: 1, quantity: 1, start, end, details: {}, invoice_id: id }
      for (const row of billed.rows) await insertRow(this.#pool, "invoices_invoiceitem", { ...item, ...row })
    }
  }

  /** A user's termination until Waldur begins to delete the tenant. */
  async beginTermination(): Promise<void> {
    const { rows } = await this.#pool.query<Row>(
      `select project_id, offering_id, id as resource_id, (select min(id) from core_user) as created_by_id
       from marketplace_resource where id = $1`,
      [this.#copy.resource],
    )
    const order = { type: 3, state: 2, limits: {}, attributes: {} }
    await insertRow(this.#pool, "marketplace_order", { ...order, ...rows[0] })
    await this.#setResource(resource.TERMINATING)
    await this.#setTenant(core.DELETION_SCHEDULED)
    await this.#setTenant(core.DELETING)
  }

  /** The rest of the termination, after the cloud has deleted the project: the rows of the tenant and of all in it. */
  async endTermination(): Promise<void> {
    const { tenant } = this.#copy
    const inTenant = (table: string) => `delete from ${table} where tenant_id = $1`
    for (const statement of [
      `delete from openstack_port_security_groups where port_id in (select id from openstack_port where tenant_id = $1)`,
      `delete from openstack_securitygrouprule where security_group_id in
         (select id from openstack_securitygroup where tenant_id = $1)`,
      ...stateful.toReversed().map(inTenant),
      ...tenantLinks.map(inTenant),
      `delete from quotas_quotalimit where object_id = $1 and content_type_id = ${tenantType}`,
      `delete from quotas_quotausage where object_id = $1 and content_type_id = ${tenantType}`,
      "delete from openstack_tenant where id = $1",
    ]) {
      await this.#pool.query(statement, [tenant])
    }
    await this.#terminated()
    await this.#pool.query(
      "update marketplace_order set state = 3 where resource_id = $1 and type = 3 and state = 2",
      [this.#copy.resource],
    )
  }

  async #terminated(): Promise<void> {
    await this.#setResource(resource.TERMINATED)
    await this.#pool.query(
      `update marketplace_resource set backend_metadata = '{"state": "Deleted"}' where id = $1`,
      [this.#copy.resource],
    )
    await this.#pool.query(
      `update marketplace_resourceplanperiod set "end" = now() where resource_id = $1 and "end" is null`,
      [this.#copy.resource],
    )
  }

  /** Returns the project of a tenant that is OK after the job; undefined: nothing in it is pulled. */
  async #pullTenant(): Promise<string | undefined> {
    const found = await this.#tenant()
    if (found === undefined || ![core.OK, core.ERRED].includes(found.state)) return undefined
    const projects = await listResources(this.#cloud, "networks", { project_id: found.backend_id ?? "-" })
    // A project without networks counts as one that exists, if the tenant has its id: tests delete no project alone.
    if (found.backend_id === null) {
      await this.#setTenant(core.ERRED)
      await this.#terminated()
      return undefined
    }
    await this.#pool.query(
      "update openstack_tenant set state = 3, runtime_state = '', error_message = '', modified = now() where id = $1",
      [this.#copy.tenant],
    )
    return projects.length >= 0 ? found.backend_id : undefined
  }

  async #pullGroups(project: string): Promise<void> {
    const groups = await listResources(this.#cloud, "security-groups", { project_id: project })
    await this.#merge(
      "openstack_securitygroup",
      groups.map(({ id, name }) => ({ backend_id: id, name })),
      { deletes: true },
    )
  }

  async #pullNetworks(project: string): Promise<void> {
    const networks = await listResources(this.#cloud, "networks", { project_id: project })
    await this.#merge(
      "openstack_network",
      networks.map(({ id, name }) => ({ backend_id: id, name })),
    )
    const subnets = await listResources(this.#cloud, "subnets", { project_id: project })
    const rows = await this.#idsOf("openstack_network")
    await this.#merge(
      "openstack_subnet",
      subnets.map(({ id, name, network_id, cidr }) => ({
        backend_id: id,
        name,
        cidr,
        network_id: rows.get(network_id),
        is_connected: true,
      })),
      {
        defaults: {
          ip_version: 4,
          enable_dhcp: true,
          allocation_pools: "[]",
          dns_nameservers: "[]",
          host_routes: "[]",
        },
      },
    )
  }

  async #pullRouters(project: string): Promise<void> {
    const routers = await listResources(this.#cloud, "routers", { project_id: project })
    const ports = await listResources(this.#cloud, "ports", { project_id: project })
    await this.#merge(
      "openstack_router",
      routers.map(({ id, name }) => ({
        backend_id: id,
        name,
        fixed_ips: JSON.stringify(
          ports.flatMap((port) =>
            port.device_id === id ? port.fixed_ips.map(({ ip_address }) => ip_address) : [],
          ),
        ),
      })),
      { deletes: true, defaults: { routes: "[]" } },
    )
  }

  async #pullPorts(project: string): Promise<void> {
    const ports = await listResources(this.#cloud, "ports", { project_id: project })
    const networks = await this.#idsOf("openstack_network")
    const subnets = await this.#idsOf("openstack_subnet")
    await this.#merge(
      "openstack_port",
      ports.map((port) => ({
        backend_id: port.id,
        name: port.name,
        mac_address: port.mac_address,
        device_id: port.device_id,
        device_owner: port.device_owner,
        fixed_ips: JSON.stringify(port.fixed_ips),
        network_id: networks.get(port.network_id),
        subnet_id: subnets.get(port.fixed_ips[0]?.subnet_id ?? ""),
      })),
      { defaults: { allowed_address_pairs: "[]" } },
    )
  }

  /** The flavors and images of the cloud's settings are linked to the tenant. */
  async #pullFlavors(): Promise<void> {
    for (const name of ["flavor", "image"]) {
      await this.#pool.query(
        `insert into openstack_${name}_tenants (${name}_id, tenant_id)
         select one.id, tenant.id from openstack_${name} one
           join openstack_tenant tenant on tenant.service_settings_id = one.settings_id
         where tenant.id = $1 on conflict do nothing`,
        [this.#copy.tenant],
      )
    }
  }

  /** Updates the rows of what the cloud has, inserts rows for what has none, and may delete rows of what it has not. */
  async #merge(
    table: (typeof stateful)[number],
    actual: readonly Row[],
    { deletes = false, defaults = {} }: { readonly deletes?: boolean; readonly defaults?: Row } = {},
  ): Promise<void> {
    const { rows: tenants } = await this.#pool.query<Row>(
      "select id as tenant_id, project_id, service_settings_id from openstack_tenant where id = $1",
      [this.#copy.tenant],
    )
    const known = await this.#idsOf(table)
    for (const row of actual) {
      const id = known.get(String(row.backend_id))
      if (id === undefined)
        await insertRow(this.#pool, table, { state: core.OK, ...defaults, ...row, ...tenants[0] })
      else await this.#update(table, id, { ...row, ...(table === "openstack_port" && { state: core.OK }) })
    }
    if (!deletes) return
    const gone = `tenant_id = $1 and backend_id <> all ($2)`
    const values = [this.#copy.tenant, actual.map(({ backend_id }) => backend_id)]
    if (table === "openstack_securitygroup") {
      for (const [link, column] of [
        ["openstack_securitygrouprule", "security_group_id"],
        ["openstack_securitygrouprule", "remote_group_id"],
        ["openstack_port_security_groups", "securitygroup_id"],
      ])
        await this.#pool.query(
          `delete from ${link} where ${column} in (select id from ${table} where ${gone})`,
          values,
        )
    }
    await this.#pool.query(`delete from ${table} where ${gone}`, values)
  }

  async #update(table: string, id: number, row: Row): Promise<void> {
    const columns = Object.keys(row)
    await this.#pool.query(
      `update ${table} set ${columns.map((column, nth) => `${column} = $${nth + 2}`).join(", ")} where id = $1`,
      [id, ...Object.values(row)],
    )
  }

  async #idsOf(table: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#pool.query<{ id: number; backend_id: string }>(
      `select id, backend_id from ${table} where tenant_id = $1`,
      [this.#copy.tenant],
    )
    return new Map(rows.map(({ id, backend_id }) => [backend_id, id]))
  }

  async #usages(project: string): Promise<Readonly<Record<string, number>>> {
    const count = async (name: "networks" | "subnets" | "ports" | "security-groups") =>
      (await listResources(this.#cloud, name, { project_id: project })).length
    return {
      network_count: await count("networks"),
      subnet_count: await count("subnets"),
      port_count: await count("ports"),
      security_group_count: await count("security-groups"),
    }
  }

  async #tenant() {
    const { rows } = await this.#pool.query<{ state: number; backend_id: string | null }>(
      "select state, backend_id from openstack_tenant where id = $1",
      [this.#copy.tenant],
    )
    return rows[0]
  }

  async #setTenant(state: number): Promise<void> {
    await this.#pool.query("update openstack_tenant set state = $2, modified = now() where id = $1", [
      this.#copy.tenant,
      state,
    ])
  }

  /** @param from states in which Waldur changes it @default any */
  async #setResource(state: number, from: readonly number[] = Object.values(resource)): Promise<void> {
    await this.#pool.query(
      "update marketplace_resource set state = $2, modified = now() where id = $1 and state = any ($3)",
      [this.#copy.resource, state, from],
    )
  }
}

const tenantType = "(select id from django_content_type where app_label = 'openstack' and model = 'tenant')"

const tenantLinks = [
  "openstack_volumetype_tenants",
  "openstack_flavor_tenants",
  "openstack_image_tenants",
  "openstack_instanceavailabilityzone",
  "openstack_volumeavailabilityzone",
]
