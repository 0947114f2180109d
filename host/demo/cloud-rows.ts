import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { insertRef, insertRow, insertRows, type Queryable, type Row, type RowRef } from "../waldur/insert.ts"
import type { CloudFacts } from "./cloud-facts.ts"

/** The marketplace's rows of one cloud. */
export interface CloudRows {
  readonly settings: RowRef
  readonly offering: RowRef
  readonly plan: RowRef
  /** By name. */
  readonly volumeTypes: Readonly<Record<string, RowRef>>
}

interface CloudSetup {
  /** Part of the names by which the two clouds differ. */
  readonly region: string
  readonly providerId: number
  readonly categoryId: number
  readonly contentTypes: Readonly<Record<string, number>>
  readonly facts: CloudFacts
}

/** Inserts service settings, volume types, and a shared offering of tenants with its components and a plan. */
export async function createCloudRows(db: Queryable, setup: CloudSetup): Promise<CloudRows> {
  const settings = await createSettings(db, setup)
  const volumeTypes: Record<string, RowRef> = {}
  for (const [name, backend_id] of Object.entries(setup.facts.volumeTypes))
    volumeTypes[name] = await insertRef(db, "openstack_volumetype", {
      name,
      description: `${name} volumes`,
      backend_id,
      settings_id: settings.id,
    })
  const offering = await insertRef(db, "marketplace_offering", {
    name: `Private cloud, region ${setup.region}`,
    type: "OpenStack.Tenant",
    state: 2,
    shared: true,
    billable: true,
    customer_id: setup.providerId,
    category_id: setup.categoryId,
    content_type_id: setup.contentTypes["structure.servicesettings"],
    object_id: settings.id,
    plugin_options: { storage_mode: "dynamic" },
    citation_count: -1,
    slug: `region-${setup.region.toLowerCase()}-1`,
  })
  const components = await createComponents(db, setup, offering, volumeTypes)
  return { settings, offering, plan: await createPlan(db, offering, components), volumeTypes }
}

function createSettings(db: Queryable, { region, providerId, facts }: CloudSetup): Promise<RowRef> {
  const { connection, externalNetworkId = "", title = `OpenStack, region ${region}` } = facts
  return insertRef(db, "structure_servicesettings", {
    name: title,
    type: "OpenStack",
    state: 3,
    is_active: true,
    shared: true,
    customer_id: providerId,
    backend_url: connection.authUrl,
    username: connection.username,
    password: connection.password,
    domain: connection.userDomain ?? "Default",
    options: JSON.stringify({
      ...connectionOptions(connection),
      external_network_id: externalNetworkId,
      verify_ssl: connection.tls?.verify ?? true,
      availability_zone: "",
      flavor_exclude_regex: "",
    }),
  })
}

/** Returns the options of Waldur's service settings for the connection to the cloud, without those that are not set. */
function connectionOptions(connection: CloudConnection): Row {
  const { applicationCredential: credential } = connection
  const options = {
    tenant_name: connection.projectName,
    tenant_id: connection.projectId,
    project_domain: connection.projectDomain,
    project_domain_id: connection.projectDomainId,
    user_id: connection.userId,
    user_domain_id: connection.userDomainId,
    application_credential_id: credential?.id,
    application_credential_name: credential?.name,
    application_credential_secret: credential?.secret,
    region: connection.region,
    interface: connection.interface,
    ca_certificate: connection.tls?.ca,
    requests_per_second: connection.requestsPerSecond,
    requests_in_flight: connection.inFlight,
    request_timeout: connection.timeoutMs && connection.timeoutMs / 1_000,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

async function createComponents(
  db: Queryable,
  { contentTypes }: CloudSetup,
  offering: RowRef,
  volumeTypes: CloudRows["volumeTypes"],
): Promise<number[]> {
  const common = { offering_id: offering.id, billing_type: "limit", limit_period: "month", is_boolean: false }
  return insertRows(db, "marketplace_offeringcomponent", [
    { ...common, type: "cores", name: "Cores", measured_unit: "cores" },
    { ...common, type: "ram", name: "RAM", measured_unit: "GB" },
    { ...common, type: "storage", name: "Storage", measured_unit: "GB" },
    ...Object.entries(volumeTypes).map(([name, { id }]) => ({
      ...common,
      type: `gigabytes_${name}`,
      name: `Storage (${name})`,
      measured_unit: "GB",
      content_type_id: contentTypes["openstack.volumetype"],
      object_id: id,
    })),
  ])
}

async function createPlan(db: Queryable, offering: RowRef, components: readonly number[]): Promise<RowRef> {
  const plan = await insertRef(db, "marketplace_plan", {
    name: "Standard",
    unit: "month",
    unit_price: 0,
    offering_id: offering.id,
  })
  for (const [index, component_id] of components.entries())
    await insertRow(db, "marketplace_plancomponent", {
      plan_id: plan.id,
      component_id,
      amount: 0,
      price: [5, 1][index] ?? 0.1,
    })
  return plan
}
