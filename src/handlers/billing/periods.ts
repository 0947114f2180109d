import type { Month } from "./month.ts"

/** What a plan's price is for (`marketplace_plan.unit`). */
export type PlanUnit = "month" | "half_month" | "day" | "hour" | "quantity"

const dayMs = 86_400_000
const hourMs = 3_600_000
/** Waldur's second half of a month begins on this day. */
const secondHalf = 16

/** A part of a month: from an instant to another one, or to the month's end. */
export interface Span {
  readonly month: Month
  readonly start: Date
  /** undefined: the end of the month. */
  readonly end?: Date | undefined
}

/**
 * Billing periods of a fixed price, in hundredths, rounded up: Waldur bills a month from its first to its last day as 1, a
 * part of it by its days, days and hours that have begun as whole ones, and half months that are complete as whole ones.
 */
export function fixedPeriods(unit: string, span: Span): number {
  if (unit === "day") return 100 * Math.ceil(lengthOf(span) / dayMs)
  if (unit === "hour") return 100 * Math.ceil(lengthOf(span) / hourMs)
  if (unit === "half_month") return halfMonths(span)
  const { month } = span
  if (firstDayOf(span) === 1 && lastDayOf(span) === month.days) return 100
  return hundredths(Math.floor(lengthOf(span) / dayMs) + 1, month.days)
}

/**
 * Days of a limit that is billed by the day; each day that has begun counts. Waldur keeps this number for every unit, and
 * multiplies by it for the unit `day` alone.
 */
export function limitDays(span: Span): number {
  return Math.ceil(lengthOf(span) / dayMs)
}

function halfMonths(span: Span): number {
  const { days } = span.month
  const [start, end] = [firstDayOf(span), lastDayOf(span)]
  const beginsWhole = start === 1 || start === secondHalf
  if (start === 1 && end === days) return 200
  if ((start === 1 && end === secondHalf - 1) || (start === secondHalf && end === days)) return 100
  if (start === 1 && end >= secondHalf) return 100 + hundredths(2 * (end - secondHalf + 1), days)
  if (!beginsWhole && start < secondHalf && end === days)
    return 100 + hundredths(2 * (secondHalf - start), days)
  return hundredths(2 * (end - start + 1), days)
}

function firstDayOf({ start }: Span): number {
  return start.getUTCDate()
}

function lastDayOf({ month, end }: Span): number {
  return end === undefined ? month.days : end.getUTCDate()
}

/** Milliseconds of a span. A month ends with its last microsecond, so a whole number of days to there is one less. */
function lengthOf({ month, start, end }: Span): number {
  const until = end?.getTime() ?? Date.UTC(month.year, month.month, 1) - 0.001
  return Math.max(0, until - start.getTime())
}

/** A fraction in hundredths, rounded up. */
function hundredths(numerator: number, denominator: number): number {
  return Math.ceil((100 * numerator) / denominator)
}
