import type { Block, Facts, Section } from "./document.ts"
import type { Report } from "./report.ts"
import { timeText } from "./text.ts"

type Marketplace = Report["marketplace"]

/** Returns the section on what the marketplace has of the copy. Parts that are null are not shown. */
export function inTheMarketplace({ marketplace }: Report): Section {
  const { resource, order, offerings, invoice, prices } = marketplace
  const facts: Facts["facts"] = [
    ["Resource", `${resource.name} (${resource.uuid}), ${resource.state}`],
    ...(order === null ? [] : [["Order", `${order.uuid}, ${order.state}`] as const]),
    ...(prices === null ? [] : [["Price", pricesText(prices)] as const]),
    ...(offerings === null ? [] : [["Offerings", offeringsText(offerings)] as const]),
    ...(invoice === null
      ? []
      : [["Invoice", `${invoice.month}, ${invoice.state}, ${invoice.total} without taxes`] as const]),
  ]
  return { title: "In the marketplace", blocks: [{ facts }, ...itemsOf(invoice)] }
}

/** `187.00 per month → 182.00 per month` */
export function pricesText({ before, after }: NonNullable<Marketplace["prices"]>): string {
  const priceText = (price: typeof before) => (price === null ? "none" : `${price.amount} per ${price.per}`)
  return `${priceText(before)} → ${priceText(after)}`
}

function offeringsText(offerings: NonNullable<Marketplace["offerings"]>): string {
  return offerings.map(({ name, state }) => `${name} (${state})`).join("; ") || "none"
}

function itemsOf(invoice: Marketplace["invoice"]): readonly Block[] {
  if (invoice === null) return []
  return [
    {
      columns: ["Invoice item", "Quantity", "Unit price", "Price", "Until"],
      rows: invoice.items.map(({ name, quantity, unit, unit_price, price, end }) => [
        name,
        quantity,
        `${unit_price} per ${unit}`,
        price,
        timeText(end),
      ]),
    },
  ]
}
