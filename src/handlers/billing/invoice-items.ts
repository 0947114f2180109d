import { hex } from "../../models/uuid.ts"
import { multiply } from "./decimal.ts"
import { fixedPeriods, limitDays, type Span } from "./periods.ts"

/** What an invoice says of a resource: the facts that every item of it repeats. */
export interface BilledResource {
  readonly id: number
  readonly uuid: string
  readonly name: string
  readonly limits: Readonly<Record<string, number | null>>
  readonly project: { readonly id: number; readonly name: string; readonly uuid: string }
  readonly plan: {
    readonly name: string
    readonly uuid: string
    readonly unit: string
    readonly articleCode: string
  }
  readonly offering: { readonly name: string; readonly uuid: string; readonly type: string }
  /** The offering's customer; `uuid` is that of its service provider, "" where it is none. */
  readonly provider: { readonly name: string; readonly uuid: string }
  readonly components: readonly PlanComponent[]
}

/** A component of an offering with its price in a plan. */
export interface PlanComponent {
  /** Id of the plan's component. */
  readonly id: number
  readonly type: string
  readonly name: string
  readonly measuredUnit: string
  readonly articleCode: string
  readonly billingType: string
  readonly limitPeriod: string | null
  /** Decimal text, as PostgreSQL writes it. */
  readonly price: string
  /** `price` times the plan's amount, as decimal text. */
  readonly fixedPrice: string
}

/** The columns of an invoice item that its resource, its component and its time decide. Numbers are decimal text. */
export interface InvoiceItem {
  readonly name: string
  readonly unit: string
  readonly unit_price: string
  readonly quantity: string
  readonly measured_unit: string
  readonly article_code: string
  readonly start: string
  readonly end: string
  readonly details: Readonly<Record<string, unknown>>
}

/** A period of a limit, as `details.resource_limit_periods` holds it. */
export interface LimitPeriod {
  readonly start: string
  readonly end: string
  readonly quantity: number
  readonly billing_periods: number
  readonly total: string
}

/**
 * Returns the items of a resource in one invoice, by Waldur's rules: one for each component of the plan that has a fixed
 * price or a limit.
 * @param first true: the resource is billed for the first time. One-time prices and total limits are billed then alone
 */
export function invoiceItems(resource: BilledResource, span: Span, first: boolean): readonly InvoiceItem[] {
  return resource.components.flatMap((component) => {
    const price = priceOf(resource, component, span, first)
    if (price === undefined) return []
    const { periods, ...columns } = price
    return {
      ...columns,
      name: `${resource.name} (${resource.offering.name} / ${resource.plan.name}) / ${componentText(resource.offering.type, component)}`,
      measured_unit: component.measuredUnit,
      article_code: component.articleCode || resource.plan.articleCode,
      start: instantText(span.start),
      end: endText(span),
      details: {
        ...detailsOf(resource, component),
        ...(periods !== undefined && { resource_limit_periods: [periods] }),
      },
    }
  })
}

interface Price extends Pick<InvoiceItem, "unit" | "unit_price" | "quantity"> {
  readonly periods?: LimitPeriod
}

function priceOf(
  { plan, limits, offering }: BilledResource,
  component: PlanComponent,
  span: Span,
  first: boolean,
): Price | undefined {
  const { billingType, limitPeriod, price } = component
  if (billingType === "fixed") {
    const quantity = hundredthsText(fixedPeriods(plan.unit, span))
    return { unit: plan.unit, unit_price: component.fixedPrice, quantity }
  }
  if (billingType === "one") return first ? { unit: "quantity", unit_price: price, quantity: "1" } : undefined
  if (billingType !== "limit") return undefined
  const limit = billedLimit(offering.type, component.type, limits[component.type])
  if (limit === undefined) return undefined
  if (limitPeriod === "total") {
    return first ? { unit: "quantity", unit_price: price, quantity: String(limit) } : undefined
  }
  const periods = limitPeriodOf(limit, span)
  const quantity = plan.unit === "day" ? periods.total : String(limit)
  return { unit: plan.unit, unit_price: price, quantity, periods }
}

/** Waldur's type of offerings of tenants. Its rules of units and names hold for these alone. */
const tenantOffering = "OpenStack.Tenant"

/** Components of tenants that Waldur stores in MiB and bills in GiB. */
const inMebibytes: readonly string[] = ["ram", "storage"]

/** Returns the limit in the unit of its price; undefined where it is not billed: 0, unlimited (-1), absent. */
function billedLimit(offering: string, type: string, limit: number | null | undefined): number | undefined {
  if (limit === undefined || limit === null || limit === 0 || limit === -1) return undefined
  if (offering !== tenantOffering) return limit
  return Math.trunc(inMebibytes.includes(type) ? limit / 1_024 : limit)
}

/** Returns one period of a limit, with Waldur's number of days and its total. */
export function limitPeriodOf(quantity: number, span: Span): LimitPeriod {
  const days = limitDays(span)
  return {
    start: instantText(span.start),
    end: endText(span),
    quantity,
    billing_periods: days,
    total: multiply(String(quantity), days),
  }
}

/** Waldur's names of components on an invoice. */
function componentText(offering: string, { type, name }: PlanComponent): string {
  if (offering !== tenantOffering) return name
  if (type === "cores") return "CPU"
  if (type === "ram") return "RAM"
  if (type === "storage") return "storage"
  const volumeType = /^gigabytes_(.+)$/.exec(type)?.[1]
  return volumeType === undefined ? name : `${volumeType} storage`
}

function detailsOf({ name, uuid, plan, offering, provider }: BilledResource, component: PlanComponent) {
  return {
    resource_name: name,
    resource_uuid: hex(uuid),
    plan_name: plan.name,
    plan_uuid: hex(plan.uuid),
    offering_name: offering.name,
    offering_uuid: hex(offering.uuid),
    offering_type: offering.type,
    service_provider_name: provider.name,
    service_provider_uuid: provider.uuid && hex(provider.uuid),
    plan_component_id: component.id,
    offering_component_type: component.type,
    offering_component_name: component.name,
  }
}

/** Hundredths as decimal text: 150 → "1.5". */
export function hundredthsText(hundredths: number): string {
  const digits = String(hundredths).padStart(3, "0")
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, "")
}

/** An instant as Waldur writes it into `details`. */
export function instantText(at: Date): string {
  return at.toISOString().replace("Z", "+00:00")
}

function endText({ month, end }: Span): string {
  return end === undefined ? month.end : instantText(end)
}
