import type { Month } from "./month.ts"

/** The invoice of a customer for a month, whose row this transaction has locked. */
export interface LockedInvoice {
  readonly id: number
  readonly customerId: number
  readonly month: Month
}
