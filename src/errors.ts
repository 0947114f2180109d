/** What a repetition can achieve: `no`: the same error until its cause is corrected; `later`: it may succeed. */
export type Retry = "no" | "later"

/** One error code, as docs/errors.md shows it. */
export interface ErrorDefinition {
  /** Stable, in capitals; API clients get it in the header `X-Error-Code`. */
  readonly code: string
  /** HTTP status of the response that the error becomes. */
  readonly status: number
  readonly retry: Retry
  /** What happened, in one sentence. */
  readonly meaning: string
  /** Why it happens. */
  readonly cause: string
  /** What to do about it. */
  readonly remedy: string
}

/**
 * Base of all errors that this plugin throws.
 * @example
 * ```ts
 * try {
 *   await app.register(openstackReplication, options)
 * } catch (error) {
 *   if (error instanceof ReplicationError && error.code === "HOST_TABLES") process.exit(78)
 *   throw error
 * }
 * ```
 */
export class ReplicationError extends Error {
  override readonly name: string = "ReplicationError"
  /** One of the codes of docs/errors.md. */
  readonly code: string
  /** HTTP status of the response that the error becomes. */
  readonly status: number
  /** What a repetition can achieve. */
  readonly retry: Retry

  /**
   * @param message what happened, to which object, why, and what to do
   * @param options the error that caused this one, as `cause`
   */
  constructor(
    { code, status, retry }: Pick<ErrorDefinition, "code" | "status" | "retry">,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = status
    this.retry = retry
  }
}

function define<Args extends readonly unknown[]>(
  definition: ErrorDefinition,
  message: (...args: Args) => string,
): ((...args: Args) => ReplicationError) & { readonly definition: ErrorDefinition } {
  return Object.assign((...args: Args) => new ReplicationError(definition, message(...args)), { definition })
}

/** How far a termination by the marketplace is. */
export type Termination = "terminating" | "terminated"

/** Joins the first `max` items, and the number of the others. */
export function shortList(items: readonly string[], max = 5): string {
  const more = items.length > max ? ` and ${items.length - max} more` : ""
  return `${items.slice(0, max).join(", ")}${more}`
}

/** Creates the errors of this plugin, by name. */
export const errors = {
  hostTables: define(
    {
      code: "HOST_TABLES",
      status: 500,
      retry: "no",
      meaning:
        "The host's database lacks tables or columns that the plugin needs. The plugin does not start.",
      cause:
        "The host has a version of Waldur's data model that this version of the plugin does not support, or the search path of the connection leads to another schema.",
      remedy:
        "Migrate the host's database to a supported version (docs/hosts.md), or correct the search path, then start again.",
    },
    (missing: readonly string[]) =>
      `The plugin did not start: the host's database lacks ${missing.join("; ")}. Migrate the host's database, or correct the search path of the connection, then start again.`,
  ),
  databaseDown: define(
    {
      code: "DATABASE_DOWN",
      status: 503,
      retry: "later",
      meaning:
        "The host's database is unreachable. At the start, the plugin does not start; later, a request gets 503 with `Retry-After`.",
      cause:
        "PostgreSQL is stopped, restarting or full of connections, or its address or credentials are wrong.",
      remedy:
        "Start the database, or correct the connection of the pool. Requests and jobs continue by themselves once it is back.",
    },
    (reason: string) =>
      `The plugin did not start: the host's database is unreachable: ${reason}. Start the database or correct the connection of the pool, then start again.`,
  ),
  newerTables: define(
    {
      code: "NEWER_TABLES",
      status: 500,
      retry: "no",
      meaning:
        "The plugin's schema was migrated by a newer version of the plugin. The plugin does not start.",
      cause:
        "An older version was started on the database of a newer one, e.g. after a rollback of a release.",
      remedy: "Start the newer version, or restore a backup of the database from before its first start.",
    },
    (migration: string) =>
      `The plugin did not start: its schema was migrated by a newer version, whose migration ${migration} this version does not have. Start the newer version, or restore a backup from before its first start.`,
  ),
  outdatedTables: define(
    {
      code: "OUTDATED_TABLES",
      status: 500,
      retry: "no",
      meaning:
        "The plugin's schema was created by a version from before the first release. The plugin does not start.",
      cause: "Schemas of versions that were never released are not migrated.",
      remedy:
        "Drop the schema with the command of the message and start again. Replicated tenants stay as they are; plans, events and reports of their migrations are deleted.",
    },
    (schema: string) =>
      `The plugin did not start: schema ${schema} was created by a version from before the first release and cannot be migrated. Run "drop schema ${schema} cascade" and start again. Replicated tenants stay; their reports are deleted.`,
  ),
  invalidOption: define(
    {
      code: "INVALID_OPTION",
      status: 500,
      retry: "no",
      meaning: "An option of the plugin or an environment variable has a value that cannot be used.",
      cause: "A mistake in the host's configuration; the message names the option.",
      remedy: "Correct the option (docs/hosts.md), then start again.",
    },
    (what: string) => `Invalid option of waldur-openstack-replication: ${what}`,
  ),
  invalidExtension: define(
    {
      code: "INVALID_EXTENSION",
      status: 500,
      retry: "no",
      meaning: "A package that declares itself a Waldur extension exports none.",
      cause:
        "The package has the keyword `waldur-extension`, but its entry point `./extension` has no export `extension` with an `appName`.",
      remedy:
        "Correct the package, remove it from the host's dependencies, or name it in WALDUR_DISABLED_EXTENSIONS.",
    },
    (name: string) =>
      `Package ${name} has the keyword waldur-extension, but its entry point ./extension exports no "extension" with an appName. Correct or remove the package.`,
  ),
  cidrMapping: define(
    {
      code: "CIDR_MAPPING",
      status: 400,
      retry: "no",
      meaning: "The subnet mappings of a request cannot be applied.",
      cause:
        "A mapping pairs networks of different IP versions, is not a network, or makes two subnets of one router overlap.",
      remedy: "Correct `subnets` in the request as the message describes.",
    },
    (what: string) => what,
  ),
  addressDoesNotFit: define(
    {
      code: "ADDRESS_DOES_NOT_FIT",
      status: 400,
      retry: "no",
      meaning: "An address of the source has no counterpart in the destination network that it is mapped to.",
      cause: "The destination network of a mapping is smaller than the source's.",
      remedy: "Map the source network to a network of at least its size.",
    },
    (address: string, src: string, dst: string) =>
      `Address ${address} of ${src} does not fit into ${dst}. Map ${src} to a larger network.`,
  ),
  noSuchCloud: define(
    {
      code: "NO_SUCH_CLOUD",
      status: 500,
      retry: "no",
      meaning: "The service settings of a cloud do not exist, or have no address.",
      cause: "The settings were deleted or emptied after the offering or the tenant was created.",
      remedy: "Restore the service settings in the marketplace, then retry the migration.",
    },
    (settings: string) =>
      `Service settings ${settings} do not exist or have no address of an OpenStack cloud. Restore them in the marketplace, then retry.`,
  ),
  noSuchRole: define(
    {
      code: "NO_SUCH_ROLE",
      status: 502,
      retry: "no",
      meaning: "The destination cloud lacks the role that the tenant's user gets in the new project.",
      cause: "Keystone has neither a role `member` nor `_member_`, in whatever letter case.",
      remedy: "Create the role in Keystone, then retry the migration.",
    },
    (cloud: string, names: readonly string[]) =>
      `${cloud}: Keystone has no role named ${names.join(" or ")}. Create one of them, then retry.`,
  ),
  rolledBack: define(
    {
      code: "ROLLED_BACK",
      status: 409,
      retry: "no",
      meaning:
        "The migration has been rolled back. It cannot be retried; after a complete rollback it cannot be verified either.",
      cause: "A rollback was requested before, and what the migration created is deleted in full or in part.",
      remedy: "Create a new migration. Where the rollback did not finish, request the rollback again.",
    },
    (action: "retried" | "verified") =>
      `This migration has been rolled back and cannot be ${action}. Create a new migration.`,
  ),
  tenantInUse: define(
    {
      code: "TENANT_IN_USE",
      status: 409,
      retry: "no",
      meaning: "The rollback was refused, because the tenant is in use. Nothing was deleted.",
      cause:
        "The marketplace's rows show resources of the tenant that the migration did not create, e.g. instances, volumes, floating IPs or ports. If only the cloud shows them, the request is accepted, and the migration becomes `OK` again with the reason in `error_message`.",
      remedy:
        "To roll back, delete these resources and request the rollback again. Otherwise do nothing: the tenant is unchanged.",
    },
    (users: readonly string[]) =>
      `The rollback was refused, because the tenant is in use: it has resources that this migration did not create: ${shortList(users)}. Nothing was deleted. Delete these resources and request the rollback again.`,
  ),
  tenantTerminated: define(
    {
      code: "TENANT_TERMINATED",
      status: 409,
      retry: "no",
      meaning:
        "The marketplace has terminated the tenant, or is terminating it. Its migration ends, and can be neither retried, verified nor rolled back.",
      cause:
        "Someone terminated the resource or deleted the tenant in the marketplace, or the marketplace found no project of the tenant in its cloud.",
      remedy: "None: the marketplace deletes the tenant. Create a new migration where the tenant is needed.",
    },
    (state: Termination, action: "retried" | "verified" | "rolled back" | "continued") =>
      `The tenant ${state === "terminated" ? "was terminated" : "is being terminated"} in the marketplace; its migration cannot be ${action}. Nothing was changed. Create a new migration where the tenant is needed.`,
  ),
  otherServer: define(
    {
      code: "OTHER_SERVER",
      status: 409,
      retry: "no",
      meaning: "The migration was run by another server, or its plan and events were deleted here.",
      cause:
        "The row of the migration was made by Waldur's own replication, the plugin's schema was created after it, or the extension's cleanup deleted the records of its tenant.",
      remedy: "Use the server that ran the migration, or terminate the tenant in the marketplace.",
    },
    () =>
      "This migration was run by another server; its plan, progress and events are not known here, and it cannot be changed. Its record and its objects can be read.",
  ),
  migrationInProgress: define(
    {
      code: "MIGRATION_IN_PROGRESS",
      status: 409,
      retry: "later",
      meaning: "The records of a migration cannot be deleted, because it has not ended.",
      cause: "`cleanupExecutor` was called while a migration of the tenant or project was running.",
      remedy: "Wait for its end or cancel it, then call `cleanupExecutor` again.",
    },
    (uuid: string) =>
      `Migration ${uuid} has not ended; its records cannot be deleted yet. Wait for its end or cancel it, then try again.`,
  ),
  staleWorker: define(
    {
      code: "STALE_WORKER",
      status: 500,
      retry: "no",
      meaning: "A worker stops working on a stage, because another worker has taken the stage over.",
      cause:
        "The worker missed its heartbeats (stopped process, overloaded machine, unreachable database), or lost its connection to the database for some seconds, and was fenced. The stage continues on the other worker; nothing is lost or created twice.",
      remedy:
        "None, if it happens rarely. Otherwise look for long pauses of the worker's process and for interruptions of its connection to the database.",
    },
    (stage: string) =>
      `Another worker has taken over stage ${stage}; this worker stops working on it and changes nothing more.`,
  ),
} as const

/** Errors of calls to a cloud (`CloudError`, src/openstack/errors). Their messages name cloud, call and request id. */
export const cloudErrors = {
  refused: {
    code: "CLOUD_REFUSED",
    status: 502,
    retry: "no",
    meaning: "A cloud refused a call, or cannot be used with its present settings.",
    cause:
      "A quota, a missing right or extension, an invalid value, refused credentials, an untrusted certificate, or a service that the catalog lacks. The message has the cloud's words and the request id.",
    remedy: "Follow the last sentence of the message, then retry the migration.",
  },
  unavailable: {
    code: "CLOUD_UNAVAILABLE",
    status: 502,
    retry: "later",
    meaning: "A cloud did not answer, failed, or rate limited a call for longer than the call may wait.",
    cause:
      "The cloud is down, overloaded or unreachable from this host. Calls are repeated with growing delays before this error is thrown.",
    remedy:
      "The stage tries again for some minutes. If the migration then ends as ERRED: check the cloud's address and state, give the request id to its operator, and `POST …/retry/`.",
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>

/** Errors of requests to the API, whose bodies are in the words of Waldur and Django REST framework. */
export const requestErrors = {
  invalid: {
    code: "INVALID",
    status: 400,
    retry: "no",
    meaning: "The request was refused: fields are missing or invalid, or do not fit together.",
    cause: "The body of the response names each field with its error, or has `non_field_errors`.",
    remedy: "Correct the request.",
  },
  parseError: {
    code: "PARSE_ERROR",
    status: 400,
    retry: "no",
    meaning: "The body of the request cannot be parsed.",
    cause: "A syntax error, whose place `detail` names, or a form that does not fit its boundary.",
    remedy: "Send a JSON document or a well-formed form.",
  },
  badRequest: {
    code: "BAD_REQUEST",
    status: 400,
    retry: "no",
    meaning: "The HTTP request is malformed. The status may be another 4xx; `detail` has the reason.",
    cause: "A client that breaks HTTP, e.g. a Content-Length that does not fit the body.",
    remedy: "Correct the client.",
  },
  notAuthenticated: {
    code: "NOT_AUTHENTICATED",
    status: 401,
    retry: "no",
    meaning: "The request has no valid token.",
    cause:
      "The header `Authorization: Token …` is missing, or the token is unknown or expired, or its user is inactive.",
    remedy: "Send a valid token of an active user.",
  },
  permissionDenied: {
    code: "PERMISSION_DENIED",
    status: 403,
    retry: "no",
    meaning: "The user may see the migration, but not do this.",
    cause: "The user lacks the role that the operation needs.",
    remedy: "Have the role granted, or let an owner or staff user do it (docs/security.md).",
  },
  notFound: {
    code: "NOT_FOUND",
    status: 404,
    retry: "no",
    meaning: "The address, page or migration does not exist, or is not visible to this user.",
    cause:
      "A wrong UUID, a page beyond the last one, a deleted migration, or a user without a role in its project.",
    remedy: "Correct the address, or use a user with a role in the project.",
  },
  methodNotAllowed: {
    code: "METHOD_NOT_ALLOWED",
    status: 405,
    retry: "no",
    meaning: "The address does not have this HTTP method.",
    cause: "The header `Allow` lists the methods that it has.",
    remedy: "Use one of these methods.",
  },
  notAcceptable: {
    code: "NOT_ACCEPTABLE",
    status: 406,
    retry: "no",
    meaning: "The response cannot be sent in the requested media type.",
    cause: "The header `Accept` excludes `application/json` and what else the address offers.",
    remedy: "Accept `application/json`.",
  },
  wrongState: {
    code: "WRONG_STATE",
    status: 409,
    retry: "no",
    meaning: "The migration is in a state in which this operation is not possible.",
    cause: "`detail` lists the states in which it is.",
    remedy: "Read the migration again; wait for the state, or choose another operation.",
  },
  bodyTooLarge: {
    code: "BODY_TOO_LARGE",
    status: 413,
    retry: "no",
    meaning: "The body of the request exceeds the size limit.",
    cause: "More mappings than the host's option `bodyLimit` allows.",
    remedy: "Send a smaller body, or raise `bodyLimit` (docs/hosts.md).",
  },
  unsupportedMediaType: {
    code: "UNSUPPORTED_MEDIA_TYPE",
    status: 415,
    retry: "no",
    meaning: "The media type of the request's body is not supported.",
    cause: "The header `Content-Type` is neither `application/json` nor `application/x-www-form-urlencoded`.",
    remedy: "Send `application/json`.",
  },
  throttled: {
    code: "THROTTLED",
    status: 429,
    retry: "later",
    meaning: "The user has sent too many requests within a short time.",
    cause: "The host's option `rateLimit`. `Retry-After` has the number of seconds to wait.",
    remedy:
      "Repeat the request after that time. To follow a migration, open its event stream instead of polling.",
  },
  tooManyStreams: {
    code: "TOO_MANY_STREAMS",
    status: 429,
    retry: "later",
    meaning: "The user has too many event streams open.",
    cause:
      "Streams of closed pages or crashed clients that have not been closed, or one client with many of them.",
    remedy: "Close a stream, then repeat the request.",
  },
  internal: {
    code: "INTERNAL_ERROR",
    status: 500,
    retry: "no",
    meaning: "An unexpected error. The response has no details; the log entry of the request has them.",
    cause: "A defect of this plugin or of a hook of the host.",
    remedy: "Find the log entry by its request id and report it.",
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>

/** All error codes, in the order of docs/errors.md. */
export const errorCatalogue: Readonly<Record<"plugin" | "cloud" | "request", readonly ErrorDefinition[]>> = {
  plugin: Object.values(errors).map(({ definition }) => definition),
  cloud: Object.values(cloudErrors),
  request: Object.values(requestErrors),
}
