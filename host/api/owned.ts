import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { coreLabels, labelOf, openstackTypes } from "./codes.ts"
import type { Filter, Shown, View } from "./endpoint.ts"
import { anyLabel, contains, exactly, uuid } from "./filters.ts"

/** Columns that every OpenStack row shows. Its query joins `settings`, `project` and `customer`. */
export function openstackColumns() {
  return [
    "row.uuid",
    "row.name",
    "row.description",
    "row.state",
    "row.backend_id",
    "row.error_message",
    "row.error_traceback",
    timeText("row.created").as("created"),
    timeText("row.modified").as("modified"),
    "settings.uuid as settings_uuid",
    "settings.name as settings_name",
    "settings.state as settings_state",
    "settings.error_message as settings_error_message",
    "project.uuid as project_uuid",
    "project.name as project_name",
    "customer.uuid as customer_uuid",
    "customer.name as customer_name",
    "customer.native_name as customer_native_name",
    "customer.abbreviation as customer_abbreviation",
  ] as const
}

/** The same for rows of a tenant. Their query also joins `tenant`. */
export function ownedColumns() {
  return [...openstackColumns(), "tenant.uuid as tenant_uuid", "tenant.name as tenant_name"] as const
}

type OpenstackRow = Readonly<
  Record<
    | "uuid"
    | "name"
    | "description"
    | "error_message"
    | "error_traceback"
    | "created"
    | "modified"
    | "settings_uuid"
    | "settings_name"
    | "settings_error_message"
    | "project_uuid"
    | "project_name"
    | "customer_uuid"
    | "customer_name"
    | "customer_native_name"
    | "customer_abbreviation",
    string
  >
> & { readonly state: number; readonly settings_state: number; readonly backend_id: string | null }

type OwnedRow = OpenstackRow & { readonly tenant_uuid: string; readonly tenant_name: string }

/** Fields of rows that are a marketplace resource, for rows that are none. */
const noMarketplaceFields = {
  marketplace_offering_uuid: null,
  marketplace_offering_name: null,
  marketplace_offering_type: null,
  marketplace_offering_plugin_options: null,
  marketplace_category_uuid: null,
  marketplace_category_name: null,
  marketplace_resource_uuid: null,
  marketplace_plan_uuid: null,
  marketplace_resource_state: null,
  is_usage_based: null,
  is_limit_based: null,
} as const

export function showOpenstack(path: string, row: OpenstackRow, view: View): Shown {
  return {
    url: view.url(path, row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    resource_type: openstackTypes[path],
    state: labelOf(coreLabels, row.state),
    backend_id: row.backend_id,
    error_message: row.error_message,
    error_traceback: view.staff ? row.error_traceback : "",
    access_url: null,
    created: row.created,
    modified: row.modified,
    service_settings: view.url("service-settings", row.settings_uuid),
    service_settings_uuid: hex(row.settings_uuid),
    service_settings_state: labelOf(coreLabels, row.settings_state),
    service_settings_error_message: row.settings_error_message,
    service_name: row.settings_name,
    project: view.url("projects", row.project_uuid),
    project_uuid: hex(row.project_uuid),
    project_name: row.project_name,
    customer: view.url("customers", row.customer_uuid),
    customer_uuid: hex(row.customer_uuid),
    customer_name: row.customer_name,
    customer_native_name: row.customer_native_name,
    customer_abbreviation: row.customer_abbreviation,
    ...noMarketplaceFields,
  }
}

export function showOwned(path: string, row: OwnedRow, view: View): Shown {
  return {
    ...showOpenstack(path, row, view),
    tenant: view.url("openstack-tenants", row.tenant_uuid),
    tenant_uuid: hex(row.tenant_uuid),
    tenant_name: row.tenant_name,
  }
}

export const openstackFilters: Readonly<Record<string, Filter>> = {
  name: contains("row.name"),
  name_exact: exactly("row.name"),
  description: contains("row.description"),
  backend_id: exactly("row.backend_id"),
  state: anyLabel("row.state", coreLabels),
  project_uuid: uuid("project.uuid"),
  project_name: contains("project.name"),
  customer_uuid: uuid("customer.uuid"),
  customer_name: contains("customer.name"),
  service_settings_uuid: uuid("settings.uuid"),
  service_settings_name: contains("settings.name"),
}

export const ownedFilters: Readonly<Record<string, Filter>> = {
  ...openstackFilters,
  tenant_uuid: uuid("tenant.uuid"),
}
