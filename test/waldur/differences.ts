import type { Exchange, Shown } from "./recording.ts"

/** An intended difference between the plugin's responses and the recorded ones. */
export interface Difference {
  readonly where: (name: string, exchange: Exchange) => boolean
  readonly why: string
  /** Changes the recorded response to the plugin's. */
  readonly differs: (recorded: Shown) => Shown
  /** SQL that removes the reason: then the same request gets the recorded response. */
  readonly unless?: string
  /** SQL after which the rows are as in the original. */
  readonly after?: string
}

const listMethods = "GET, POST, HEAD, OPTIONS"
const detailMethods = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
const onlyPost = "POST, OPTIONS"
const json = { "content-type": "application/json" }

function at(...names: readonly string[]): Difference["where"] {
  return (name) => names.includes(name)
}

function body(change: (recorded: Readonly<Record<string, unknown>>) => unknown): Difference["differs"] {
  return (recorded) => ({ ...recorded, body: change(recorded.body as Readonly<Record<string, unknown>>) })
}

/** Replaces the response by another one, in JSON. */
function answer(status: number, allow: string, body: unknown): Difference["differs"] {
  return ({ headers }) => ({ status, headers: { ...headers, ...json, allow }, body })
}

function refused(errors: Readonly<Record<string, unknown>>): Difference["differs"] {
  return answer(400, listMethods, errors)
}

function nonField(text: string): Difference["differs"] {
  return refused({ non_field_errors: [text] })
}

/** A redirect without a body; it was recorded without `Allow`. */
function redirect(allow: string): Difference["differs"] {
  return ({ status, headers, body }) => ({
    status,
    headers: { ...headers, "content-type": undefined, allow },
    body,
  })
}

/** All differences between the recorded responses and the plugin's. Those of one exchange apply one after another. */
export const differences: readonly Difference[] = [
  {
    where: (_, { status }) => status === 201,
    why: "the published client for Python reads src_resource from the answer, and fails without it",
    differs: body((details) => ({ ...details, src_resource: details.src_resource_uuid })),
  },
  {
    where: at("authentication: Bearer scheme"),
    why: "the published client for JavaScript sends Bearer",
    differs: ({ headers }) => ({
      status: 200,
      headers: {
        ...headers,
        "www-authenticate": undefined,
        "x-result-count": "0",
        link: ["first", "last"]
          .map((rel) => `<http://HOST/api/openstack-migrations/>; rel="${rel}"`)
          .join(", "),
      },
      body: [],
    }),
  },

  // Where the original fails with 500 or returns a broken text.
  {
    where: at("validation: name 151 chars", "validation: name 2000 chars"),
    why: "the column holds 150 characters",
    differs: refused({ name: ["Ensure this field has no more than 150 characters."] }),
  },
  {
    where: at("validation: description given"),
    why: "the published clients can send a description",
    differs: answer(201, "GET, POST, HEAD, OPTIONS", {
      uuid: "new uuid",
      created: "a time",
      modified: "a time",
      mappings: { skip_connection_extnet: false, sync_instance_ports: false },
      created_by_uuid: "000000000000000000000000000a0001",
      created_by_full_name: "Alice Test",
      src_offering_uuid: "000000000000000000000000000e0001",
      src_offering_name: "VPC RegionA",
      dst_offering_uuid: "000000000000000000000000000e0002",
      dst_offering_name: "VPC RegionB",
      src_resource: "000000000000000000000000020a0001",
      src_resource_uuid: "000000000000000000000000020a0001",
      src_resource_name: "climate-vpc",
      dst_resource_uuid: "new dst_resource_uuid",
      dst_resource_name: "climate-vpc",
      dst_resource_state: "Creating",
      state: "CREATION_SCHEDULED",
      error_message: "",
      error_traceback: "",
    }),
    after:
      "delete from waldur_openstack_replication_migration where id = (select max(id) from waldur_openstack_replication_migration)",
  },
  {
    where: at("validation: volume type unknown uuid"),
    why: "a volume type that is not known is not the tenant's either",
    differs: nonField(
      "Invalid src_type_uuid 00000000-0000-0000-0000-000000000009 as it is not available in tenant.",
    ),
  },
  {
    where: at("validation: src type not in tenant"),
    why: "the text names the source's volume type",
    differs: nonField(
      "Invalid src_type_uuid 990eb162-e14a-4529-a5ea-db1ac0ab9747 as it is not available in tenant.",
    ),
  },
  {
    where: at("validation: dst type of other cloud"),
    why: "the text names the destination's volume type",
    differs: nonField(
      "Invalid dst_type_uuid 2d8d7726-602d-47e5-8828-e73497c60417 as it is not available in service settings.",
    ),
  },
  {
    where: at("validation: source without limits"),
    why: "the text comes without Python's braces",
    differs: nonField("Source resource does not have limits set."),
  },
  {
    where: at("validation: source without scope"),
    why: "a source has to be a tenant",
    differs: nonField("Source resource is not an OpenStack tenant."),
  },
  {
    where: (name, { status }) =>
      name === "validation: offering without scope" ||
      (status === 500 && name.startsWith("permissions: to shared offering with auto approval")),
    why: "an offering has to be one of a cloud",
    differs: refused({ dst_offering: ["This offering does not provide tenants of an OpenStack cloud."] }),
  },

  // What cannot be ordered in Waldur's marketplace, although the original accepts it as a destination.
  {
    where: at("validation: paused offering"),
    why: "nothing can be ordered from a paused offering",
    differs: refused({ dst_offering: ["Offering is not available."] }),
  },
  {
    where: at("validation: archived plan"),
    why: "an archived plan cannot be ordered",
    differs: refused({ dst_plan: ["This plan is not available for selected offering."] }),
    unless: "update marketplace_plan set archived = false where id = 10",
    after: "update marketplace_plan set archived = true where id = 10",
  },
  {
    where: at("validation: plan of other group"),
    why: "a plan may be kept for other organization groups",
    differs: refused({
      dst_plan: ['This plan is not available for organization "University of Testing".'],
    }),
    unless: "update structure_customer set organization_group_id = 2 where id = 2",
    after: "update structure_customer set organization_group_id = 1 where id = 2",
  },
  {
    where: at(
      "permissions: to shared offering of group South, as staff",
      "permissions: to shared offering of group South, as customer owner",
    ),
    why: "an offering may be kept for other organization groups",
    differs: refused({ dst_offering: ["This offering is not available for ordering."] }),
  },
  {
    where: at("permissions: to somebody's private offering, as staff"),
    why: "a private offering is for its own organization",
    differs: refused({
      dst_offering: [
        'Offering "Somebody\'s private VPC" is not allowed in organization "University of Testing".',
      ],
    }),
  },

  // Mappings of subnets: any existing private network.
  {
    where: at("validation: subnet cidr /16"),
    why: "a subnet's range may be wider than /24, but has to be there",
    differs: nonField("No subnet of the source tenant has the CIDR 10.1.0.0/16."),
  },
  {
    where: at("validation: subnet cidr /25"),
    why: "a subnet's range may be narrower than /24, but has to be there",
    differs: nonField("No subnet of the source tenant has the CIDR 10.1.0.0/25."),
  },
  {
    where: at("validation: subnet cidr ipv6"),
    why: "IPv6 is mapped to IPv6",
    differs: nonField("fd00::/24 → 10.0.0.0/24 is not a pair of networks of the same IP version."),
  },
  // Addresses and methods.
  {
    where: at("head_options_detail: no trailing slash list", "head_options_detail: no trailing slash POST"),
    why: "a redirect has no page in it",
    differs: redirect(listMethods),
  },
  {
    where: at("head_options_detail: no trailing slash detail"),
    why: "a redirect of a detail has no page in it",
    differs: redirect(detailMethods),
  },
  {
    where: at("head_options_detail: no trailing slash POST"),
    why: "301 loses the method and the body of a POST",
    differs: (recorded) => ({ ...recorded, status: 308 }),
  },
  {
    where: at("update_delete: PATCH mappings", "update_delete: PATCH as support"),
    why: "the published types have both booleans in every answer",
    differs: body(({ mappings, ...rest }) => ({
      ...rest,
      mappings: { ...(mappings as object), skip_connection_extnet: false, sync_instance_ports: false },
    })),
  },
  {
    where: at("update_delete: run as other"),
    why: "callers of older servers find run at their own migrations",
    differs: answer(404, onlyPost, { detail: "No Migration matches the given query." }),
  },
  {
    where: at("update_delete: run"),
    why: "callers of older servers may say run; the work has started by itself",
    differs: ({ headers }) => ({
      status: 200,
      headers: { ...headers, "content-type": undefined, allow: onlyPost },
      body: null,
    }),
  },
  {
    where: at("update_delete: run via GET"),
    why: "run is there for callers of older servers, and those send POST",
    differs: answer(405, onlyPost, { detail: 'Method "GET" not allowed.' }),
  },
  {
    where: at("update_delete: DELETE"),
    why: "a migration that has not ended is still worked on",
    differs: answer(409, detailMethods, { detail: "Valid states for operation: OK, ERRED." }),
    unless: "update waldur_openstack_replication_migration set state = 3",
    after: "update waldur_openstack_replication_migration set state = 5",
  },
]
