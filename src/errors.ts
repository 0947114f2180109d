/** Whether an operation that failed so may be tried again by the worker. */
export type Retry = "no" | "later"

/** An error of this project: a stable code, a text for people, the HTTP status it becomes, and whether to try again. */
export class ReplicationError extends Error {
  override readonly name: string = "ReplicationError"
  readonly code: string
  readonly status: number
  readonly retry: Retry

  constructor(code: string, status: number, retry: Retry, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
    this.retry = retry
  }
}

function define<Args extends readonly unknown[]>(
  code: string,
  status: number,
  retry: Retry,
  text: (...args: Args) => string,
): (...args: Args) => ReplicationError {
  return (...args) => new ReplicationError(code, status, retry, text(...args))
}

/** A list for people that may be long. */
export function shortList(items: readonly string[], most = 5): string {
  const more = items.length > most ? ` and ${items.length - most} more` : ""
  return `${items.slice(0, most).join(", ")}${more}`
}

/** The catalogue. What a cloud answered is a `CloudError` (src/openstack/errors.ts), which extends the same class. */
export const errors = {
  hostTables: define(
    "HOST_TABLES",
    500,
    "no",
    (missing: readonly string[]) =>
      `The host's database lacks what this plugin needs: ${missing.join("; ")}. Nothing was started.`,
  ),
  databaseDown: define(
    "DATABASE_DOWN",
    503,
    "later",
    (reason: string) => `The host's database cannot be reached: ${reason}. Nothing was started.`,
  ),
  newerTables: define(
    "NEWER_TABLES",
    500,
    "no",
    (migration: string) =>
      `A newer version of this plugin has changed its tables (${migration}), which this version does not know. Start the newer version, or go back to a backup from before.`,
  ),
  outdatedTables: define(
    "OUTDATED_TABLES",
    500,
    "no",
    (schema: string) =>
      `The schema ${schema} was made by a version before the first release and cannot be migrated. Drop it with "drop schema ${schema} cascade" and start again; the tenants that were copied stay, their reports are lost.`,
  ),
  options: define("OPTIONS", 500, "no", (what: string) => `Option of the plugin: ${what}`),
  cidrMapping: define("CIDR_MAPPING", 400, "no", (what: string) => what),
  addressDoesNotFit: define(
    "ADDRESS_DOES_NOT_FIT",
    400,
    "no",
    (address: string, src: string, dst: string) => `${address} of ${src} does not fit into ${dst}.`,
  ),
  noSuchCloud: define(
    "NO_SUCH_CLOUD",
    500,
    "no",
    (settings: string) => `Service settings ${settings} are gone, or are not those of an OpenStack cloud.`,
  ),
  noSuchRole: define(
    "NO_SUCH_ROLE",
    502,
    "no",
    (cloud: string, names: readonly string[]) =>
      `${cloud}: Keystone has no role named ${names.join(" or ")}.`,
  ),
  rolledBack: define(
    "ROLLED_BACK",
    409,
    "no",
    () =>
      "A roll back of this migration was asked for: it cannot be taken up again. Ask for a new replication.",
  ),
  tenantInUse: define(
    "TENANT_IN_USE",
    409,
    "no",
    (users: readonly string[]) =>
      `The tenant is in use, and is not rolled back. It has what this migration did not make: ${shortList(users)}.`,
  ),
  staleWorker: define(
    "STALE_WORKER",
    500,
    "no",
    (stage: string) => `Another worker has taken over stage ${stage}; this one stops.`,
  ),
} as const
