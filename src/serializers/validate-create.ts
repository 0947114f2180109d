import type { Access, User } from "../access/types.ts"
import { apiErrors, type FieldErrors } from "../api-error.ts"
import type { ValidRequest } from "../executors/plan/request.ts"
import { CoreState, tenantOffering } from "../models/codes.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Db } from "../models/database.ts"
import { findExternalNetwork } from "../models/external-network.ts"
import { hex } from "../models/uuid.ts"
import { readMappings } from "../planning/cidr-mapping.ts"
import type { StaticRouteRule } from "../planning/plan.ts"
import { type CreateRequest, createRequest, mapping, storedMappings } from "./create-request.ts"
import { doesNotExist } from "./fields.ts"
import { findRows, type NamedRows } from "./find-rows.ts"
import { checkSubnetMappings, checkVolumeTypes } from "./mapping-rules.ts"
import { checkOffering, checkPlan, checkProject } from "./order-rules.ts"
import { checkCostPolicies } from "./policy-rules.ts"

/** Options of the plugin that decide which requests are valid. */
export interface ValidationSettings {
  /** Which static routes are copied where the request has no rule. */
  readonly staticRoutes: StaticRouteRule
  /** Whether ports may be copied together with subnet mappings. */
  readonly remapPorts: boolean
}

/** What a request is validated against. */
interface ValidationContext {
  readonly db: Db
  readonly access: Access
  readonly user: User
  readonly settings: ValidationSettings
}

/** The rows that a valid request refers to. */
interface FoundRows {
  readonly resource: NonNullable<NamedRows["resource"]>
  readonly offering: NonNullable<NamedRows["offering"]>
  readonly plan: NonNullable<NamedRows["plan"]>
  /** undefined means all networks. */
  readonly networkIds: readonly number[] | undefined
}

/**
 * Validates the body of a create request. Errors of fields are listed together; of the rules that are checked
 * afterwards, the first violation is reported.
 * @throws ApiError 400 in Django REST framework's shapes
 */
export async function validateCreate(
  db: Db,
  access: Access,
  user: User,
  body: unknown,
  settings: ValidationSettings,
): Promise<ValidRequest> {
  if (body === null || body === undefined) throw apiErrors.nonField("No data provided")
  const { value, errors } = createRequest.parseParts(body)
  if (errors !== undefined && (Array.isArray(errors) || "non_field_errors" in errors)) {
    throw apiErrors.invalid(errors)
  }
  const sent = body as Readonly<Record<string, unknown>>
  const { resource, offering, plan, ...found } = await findRows(db, access, user, value, sent)
  const networks = await findNetworks(db, resource, sent.mappings)
  const all = { ...withMappings(errors, networks.errors), ...found.errors }
  if (Object.keys(all).length > 0) throw apiErrors.invalid(all)
  if (resource === undefined || offering === undefined || plan === undefined) throw apiErrors.invalid([])
  const rows = { resource, offering, plan, networkIds: networks.ids }
  const valid = await checkRules({ db, access, user, settings }, value as CreateRequest, rows)
  // Last, as in Waldur, where a policy refuses the insert of the resource.
  await checkCostPolicies(db, valid)
  return valid
}

/** The rules in Waldur's order: limits, offering, plan, project, review, mappings, tenant, destination. */
async function checkRules(
  context: ValidationContext,
  request: CreateRequest,
  rows: FoundRows,
): Promise<ValidRequest> {
  const { db, user, settings } = context
  const { resource, offering, plan, networkIds } = rows
  const mappings = request.mappings ?? {}
  const { customer_id: customerId } = await checkOrder(context, rows)
  checkPorts(mappings, settings)
  const tenant = await sourceTenant(db, resource)
  const settingsId = await destinationSettings(db, offering)
  return {
    userId: user.id,
    srcResource: resource,
    srcTenantId: tenant.id,
    srcSettingsId: tenant.service_settings_id,
    projectId: resource.project_id,
    customerId,
    dstOfferingId: offering.id,
    dstPlanId: plan.id,
    dstSettingsId: settingsId,
    name: request.name ?? resource.name,
    description: request.description ?? resource.description,
    mappings: storedMappings(mappings),
    networkIds,
    cidrs: await checkCidrs(db, mappings, tenant.id, networkIds),
    volumeTypes: await checkVolumeTypes(db, mappings.volume_types ?? [], {
      tenantId: tenant.id,
      settingsId,
    }),
    dstVolumeTypes: await volumeTypesOf(db, settingsId),
    externalNetworkId: mappings.skip_connection_extnet
      ? null
      : await findExternalNetwork(db, { settingsId, customerId }),
    staticRoutes: mappings.static_routes ?? settings.staticRoutes,
    withPorts: mappings.sync_instance_ports ?? false,
  }
}

/** Checks that the user may order the copy. Returns the project that the order is for. @throws ApiError 400 */
async function checkOrder({ db, access, user }: ValidationContext, { resource, offering, plan }: FoundRows) {
  if (Object.keys(resource.limits).length === 0) {
    throw apiErrors.nonField("Source resource does not have limits set.")
  }
  checkOffering(offering)
  await checkPlan(db, plan, offering.id)
  const project = await checkProject(db, resource.project_id)
  const order = { offeringId: offering.id, planId: plan.id, projectId: resource.project_id }
  if (!(await access.ordersUnreviewed(user, order))) {
    throw apiErrors.nonField("User does not have enough permissions to migrate resource.")
  }
  return project
}

/** @throws ApiError 400 */
function checkPorts(
  { sync_instance_ports, subnets = [] }: NonNullable<CreateRequest["mappings"]>,
  { remapPorts }: ValidationSettings,
): void {
  if (!sync_instance_ports || subnets.length === 0 || remapPorts) return
  throw apiErrors.nonField("sync_instance_ports cannot be used together with subnets mappings.")
}

async function checkCidrs(
  db: Db,
  mappings: NonNullable<CreateRequest["mappings"]>,
  tenantId: number,
  networkIds: readonly number[] | undefined,
): Promise<ValidRequest["cidrs"]> {
  const cidrs = readMappings(mappings.subnets ?? [])
  const subnets = await db
    .selectFrom("openstack_subnet")
    .select(["network_id as networkId", "cidr", "name"])
    .where("tenant_id", "=", tenantId)
    .execute()
  checkSubnetMappings(cidrs, subnets, networkIds)
  return cidrs
}

/** Returns the names of a cloud's volume types. */
async function volumeTypesOf(db: Db, settingsId: number): Promise<readonly string[]> {
  const types = await db
    .selectFrom("openstack_volumetype")
    .select("name")
    .where("settings_id", "=", settingsId)
    .execute()
  return types.map((type) => type.name)
}

async function sourceTenant(db: Db, resource: FoundRows["resource"]) {
  const tenant = (await isTenant(db, resource))
    ? await db
        .selectFrom("openstack_tenant")
        .select(["id", "state", "service_settings_id"])
        .where("id", "=", resource.object_id ?? 0)
        .executeTakeFirst()
    : undefined
  if (tenant === undefined) throw apiErrors.nonField("Source resource is not an OpenStack tenant.")
  if (tenant.state !== CoreState.OK) throw apiErrors.nonField("Source tenant is not in state OK.")
  return tenant
}

/** Returns the id of the service settings of the offering's cloud. @throws ApiError 400 */
async function destinationSettings(db: Db, offering: FoundRows["offering"]): Promise<number> {
  const isCloud = offering.content_type_id === (await contentTypeId(db, "structure", "servicesettings"))
  const settings =
    isCloud && offering.object_id !== null && offering.type === tenantOffering
      ? await db
          .selectFrom("structure_servicesettings")
          .select("id")
          .where("id", "=", offering.object_id)
          .executeTakeFirst()
      : undefined
  if (settings === undefined) {
    throw apiErrors.invalid({
      dst_offering: ["This offering does not provide tenants of an OpenStack cloud."],
    })
  }
  return settings.id
}

/** Returns the errors of fields with the error of `mappings.networks`. */
function withMappings(
  errors: FieldErrors | undefined,
  networks: FieldErrors | undefined,
): Readonly<Record<string, FieldErrors>> {
  const fields = (errors ?? {}) as Readonly<Record<string, FieldErrors>>
  return networks === undefined ? fields : { ...fields, mappings: { ...fields.mappings, networks } }
}

/**
 * Returns the ids of the requested networks. A network that is not the source tenant's gives the same error as one that
 * does not exist. An empty list means all networks, as in Waldur. Without a valid source nothing is checked.
 */
async function findNetworks(
  db: Db,
  resource: NamedRows["resource"],
  sent: unknown,
): Promise<{ readonly ids?: readonly number[]; readonly errors?: FieldErrors }> {
  const { networks = [] } = mapping.parseParts(sent).value
  if (networks.length === 0 || !(await isTenant(db, resource))) return {}
  const rows = await db
    .selectFrom("openstack_network")
    .select(["id", "uuid"])
    .where("tenant_id", "=", resource?.object_id ?? 0)
    .execute()
  const ids = new Map(rows.map((row) => [hex(row.uuid), row.id]))
  const unknown = networks.findIndex((uuid) => !ids.has(uuid))
  const asSent = (sent as { readonly networks: readonly unknown[] }).networks
  if (unknown >= 0) return { errors: [doesNotExist(asSent[unknown])] }
  return { ids: [...new Set(networks.flatMap((uuid) => ids.get(uuid) ?? []))] }
}

async function isTenant(db: Db, resource: NamedRows["resource"]): Promise<boolean> {
  return (
    resource?.object_id !== undefined &&
    resource.object_id !== null &&
    resource.content_type_id === (await contentTypeId(db, "openstack", "tenant"))
  )
}
