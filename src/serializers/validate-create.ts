import type { Access, User } from "../access/types.ts"
import { apiErrors, type FieldErrors } from "../api-error.ts"
import type { ValidRequest } from "../executors/plan/request.ts"
import { CoreState, tenantOffering } from "../models/codes.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Db } from "../models/database.ts"
import { externalNetworkOf } from "../models/external-network.ts"
import { hex } from "../models/uuid.ts"
import { readMappings } from "../planning/cidr-mapping.ts"
import type { StaticRouteRule } from "../planning/plan.ts"
import { type CreateRequest, createRequest, mapping, storedMappings } from "./create-request.ts"
import { doesNotExist } from "./fields.ts"
import { findRows, type NamedRows } from "./find-rows.ts"
import { checkSubnetMappings, checkVolumeTypes } from "./mapping-rules.ts"
import { checkOffering, checkPlan, checkProject } from "./order-rules.ts"

export interface ValidationSettings {
  readonly staticRoutes: StaticRouteRule
  /** Whether ports may be copied together with a mapping of subnets. */
  readonly remapPorts: boolean
}

/**
 * Reads and checks the body of a create. All errors of fields come together; the rules after them stop at the first.
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
  const found = await findRows(db, access, user, value, sent)
  const networks = await findNetworks(db, found.resource, sent.mappings)
  const all = { ...withMappings(errors, networks.errors), ...found.errors }
  if (Object.keys(all).length > 0) throw apiErrors.invalid(all)
  return checkRules(
    db,
    access,
    user,
    value as CreateRequest,
    { ...found, networkIds: networks.ids },
    settings,
  )
}

async function checkRules(
  db: Db,
  access: Access,
  user: User,
  request: CreateRequest,
  {
    resource,
    offering,
    plan,
    networkIds,
  }: NamedRows & { readonly networkIds: readonly number[] | undefined },
  settings: ValidationSettings,
): Promise<ValidRequest> {
  if (resource === undefined || offering === undefined || plan === undefined) throw apiErrors.invalid([])
  const mappings = request.mappings ?? {}
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
  if (mappings.sync_instance_ports && (mappings.subnets?.length ?? 0) > 0 && !settings.remapPorts) {
    throw apiErrors.nonField("sync_instance_ports cannot be used together with subnets mappings.")
  }
  const tenant = await sourceTenant(db, resource)
  const settingsId = await destinationSettings(db, offering)
  const cidrs = readMappings(mappings.subnets ?? [])
  const subnets = await db
    .selectFrom("openstack_subnet")
    .select(["network_id as networkId", "cidr", "name"])
    .where("tenant_id", "=", tenant.id)
    .execute()
  checkSubnetMappings(cidrs, subnets, networkIds)
  const types = await db
    .selectFrom("openstack_volumetype")
    .select("name")
    .where("settings_id", "=", settingsId)
    .execute()
  return {
    userId: user.id,
    srcResource: resource,
    srcTenantId: tenant.id,
    srcSettingsId: tenant.service_settings_id,
    projectId: resource.project_id,
    customerId: project.customer_id,
    dstOfferingId: offering.id,
    dstPlanId: plan.id,
    dstSettingsId: settingsId,
    name: request.name ?? resource.name,
    description: request.description ?? resource.description,
    mappings: storedMappings(mappings),
    networkIds,
    cidrs,
    volumeTypes: await checkVolumeTypes(db, mappings.volume_types ?? [], tenant.id, settingsId),
    dstVolumeTypes: types.map((type) => type.name),
    externalNetworkId: mappings.skip_connection_extnet
      ? null
      : await externalNetworkOf(db, settingsId, project.customer_id),
    staticRoutes: mappings.static_routes ?? settings.staticRoutes,
    withPorts: mappings.sync_instance_ports ?? false,
  }
}

async function sourceTenant(db: Db, resource: NonNullable<NamedRows["resource"]>) {
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

async function destinationSettings(db: Db, offering: NonNullable<NamedRows["offering"]>): Promise<number> {
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
    throw apiErrors.invalid({ dst_offering: ["This offering is not one of tenants of an OpenStack cloud."] })
  }
  return settings.id
}

/** Errors of fields with one more of the mappings'. */
function withMappings(
  errors: FieldErrors | undefined,
  networks: FieldErrors | undefined,
): Readonly<Record<string, FieldErrors>> {
  const fields = (errors ?? {}) as Readonly<Record<string, FieldErrors>>
  return networks === undefined ? fields : { ...fields, mappings: { ...fields.mappings, networks } }
}

/**
 * The chosen networks, which have to be the source tenant's: one that is not is an error of its field, as one that is
 * not there. None chosen: all, as in Waldur. Where the source is not known, nobody can tell.
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
