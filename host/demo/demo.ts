import type { HostDatabase } from "../database.ts"
import type { ImportedTenant } from "../import/tenant.ts"
import type { DemoRows } from "./rows.ts"

/** A marketplace's database with the rows of two clouds and of a tenant in one of them, ready to be replicated. */
export interface Demo {
  readonly database: HostDatabase
  readonly rows: DemoRows
  readonly tenant: ImportedTenant
  /** The migration that `npm start` requests. */
  readonly copy: {
    readonly name: string
    readonly mappings: Readonly<Record<string, unknown>>
    /** What is copied from where to where, for messages. */
    readonly description: string
  }
  close(): Promise<void>
}
