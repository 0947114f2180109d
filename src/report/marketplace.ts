import { Type } from "@sinclair/typebox"

const text = (description: string) => Type.String({ description })
const uuid = (of: string) => text(`uuid of the ${of}: 32 hex digits.`)
const decimal = (description: string) =>
  Type.String({ pattern: String.raw`^-?\d+\.\d{2,}$`, description: `${description} Decimal text.` })
const amount = (description: string) => decimal(`${description} In the host's currency.`)
const orNull = <Part extends ReturnType<typeof Type.Object>>(part: Part, when: string) =>
  Type.Union([part, Type.Null()], { description: `${part.description} null ${when}.` })

const price = (which: string) =>
  orNull(
    Type.Object(
      { amount: amount("What is paid in each period."), per: text("Period of the plan, e.g. `month`.") },
      { description: `Price of the ${which} resource by its plan and its limits, without one-time prices.` },
    ),
    "where it has no plan, or its plan no prices",
  )

const order = Type.Object(
  { uuid: uuid("order"), state: text("`executing`, `done` or `erred`.") },
  { description: "The order of the new resource." },
)

const offering = Type.Object({
  uuid: uuid("offering"),
  name: text("Name of the offering."),
  type: text("`OpenStack.Instance` or `OpenStack.Volume`."),
  state: text("`Active`, or `Archived` after a rollback."),
})

const invoice = Type.Object(
  {
    uuid: uuid("invoice"),
    month: text("Month of the invoice, as `YYYY-MM`."),
    state: text("State of the invoice, e.g. `pending`."),
    items: Type.Array(
      Type.Object({
        name: text("Name of the item."),
        quantity: decimal("How much of it is billed."),
        unit: text("What the price is for, e.g. `month`."),
        unit_price: amount("Price of one unit of the quantity."),
        price: amount("`unit_price` times `quantity`, rounded up to a hundredth."),
        start: text("When it begins (ISO 8601)."),
        end: text("When it ends (ISO 8601)."),
      }),
      { description: "Items of the new resource alone." },
    ),
    total: amount("Sum of the prices of these items, without taxes."),
  },
  { description: "The latest invoice that has items of the new resource." },
)

/** What the marketplace has of a copy now. A part whose handler is off is null. */
export const marketplaceResponse = Type.Object(
  {
    resource: Type.Object(
      { uuid: uuid("resource"), name: text("Name of the resource."), state: text("State of the resource.") },
      { description: "The new resource." },
    ),
    order: orNull(order, "until the migration has ended, and where the handler `orders` is off"),
    offerings: Type.Union([Type.Array(offering), Type.Null()], {
      description:
        "Offerings by which machines and volumes are ordered in the new tenant. null where the handler `subResourceOfferings` is off.",
    }),
    invoice: orNull(invoice, "where there is none, and where the handler `billing` is off"),
    prices: Type.Union([Type.Object({ before: price("source"), after: price("new") }), Type.Null()], {
      description: "What both resources cost now. null where the handler `billing` is off.",
    }),
  },
  { description: "The marketplace's records of the new tenant, as they are now." },
)
