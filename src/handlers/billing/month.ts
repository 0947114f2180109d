/** A calendar month in UTC, by which Waldur bills. */
export interface Month {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly days: number
  /** First day, as `YYYY-MM-DD`. */
  readonly firstDay: string
  /** Last microsecond, as ISO 8601 with PostgreSQL's precision, which a Date does not have. */
  readonly end: string
}

/** Returns the month of an instant. */
export function monthOf(at: Date): Month {
  const year = at.getUTCFullYear()
  const month = at.getUTCMonth() + 1
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const prefix = `${year}-${String(month).padStart(2, "0")}`
  return {
    year,
    month,
    days,
    firstDay: `${prefix}-01`,
    end: `${prefix}-${days}T23:59:59.999999+00:00`,
  }
}
