import type { Trx } from "../models/database.ts"
import type { Cloud, Port, QuotaDetails } from "../openstack/index.ts"

/** The project of a new tenant in its cloud, at the end of a run. It is only read. */
export interface Destination {
  /** Signed in as the administrator of the service settings. */
  readonly cloud: Cloud
  readonly projectId: string
  /** Returns the ports of the project. The verification has read them already. */
  ports(): Promise<readonly Port[]>
  /**
   * Returns limits and usages of the project in a service; empty where it shows limits alone. The verification has read them
   * already.
   */
  quotas(service: "network" | "compute" | "volume"): Promise<QuotaDetails>
  /**
   * Waits for a reading.
   * @param what name of what is read, for the report, e.g. `images`
   * @returns undefined where the cloud refuses; then the report names it, with the reason
   */
  read<T>(what: string, reading: () => Promise<T>): Promise<T | undefined>
}

/** The rows of a new tenant. */
export interface NewTenantRows {
  readonly tenantId: number
  /** Id of its service settings. */
  readonly settingsId: number
  /** Id of its marketplace resource. */
  readonly resourceId: number
}

/** Writes what was read of a destination, in the transaction that ends the migration and before the tenant's state changes. */
export type WriteDestination = (trx: Trx, rows: NewTenantRows) => Promise<void>
