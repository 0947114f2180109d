import t from "tap"
import { multiply, sum } from "../../src/handlers/billing/decimal.ts"
import {
  type BilledResource,
  invoiceItems,
  type PlanComponent,
} from "../../src/handlers/billing/invoice-items.ts"
import { monthOf } from "../../src/handlers/billing/month.ts"
import { fixedPeriods, limitDays } from "../../src/handlers/billing/periods.ts"

const at = (text: string) => new Date(text)

t.test("a month ends with its last microsecond, in UTC", async (t) => {
  t.match(monthOf(at("2026-11-30T23:59:59.999Z")), {
    year: 2026,
    month: 11,
    days: 30,
    firstDay: "2026-11-01",
    end: "2026-11-30T23:59:59.999999+00:00",
  })
  t.match(monthOf(at("2028-02-01T00:00:00Z")), { days: 29, end: "2028-02-29T23:59:59.999999+00:00" })
  t.match(monthOf(at("2026-12-31T23:30:00-02:00")), { year: 2027, month: 1 })
})

t.test("a fixed price is billed by Waldur's periods, rounded up to a hundredth", async (t) => {
  const cases: readonly (readonly [
    unit: string,
    start: string,
    end: string | undefined,
    hundredths: number,
  ])[] = [
    ["month", "2026-11-01T00:00:00Z", undefined, 100],
    ["month", "2026-11-01T12:00:00Z", undefined, 100],
    ["month", "2026-11-27T23:29:12.141Z", undefined, 14],
    ["month", "2026-11-30T23:59:59.999Z", undefined, 4],
    ["month", "2026-11-02T00:00:00Z", undefined, 97],
    ["month", "2026-11-01T00:00:00Z", "2026-11-10T12:00:00Z", 34],
    ["day", "2026-11-27T23:29:12.141Z", undefined, 400],
    ["day", "2026-11-01T00:00:00Z", undefined, 3_000],
    ["day", "2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z", 100],
    ["hour", "2026-11-30T22:30:00Z", undefined, 200],
    ["half_month", "2026-11-01T00:00:00Z", undefined, 200],
    ["half_month", "2026-11-16T00:00:00Z", undefined, 100],
    ["half_month", "2026-11-01T00:00:00Z", "2026-11-15T10:00:00Z", 100],
    ["half_month", "2026-11-01T00:00:00Z", "2026-11-18T10:00:00Z", 120],
    ["half_month", "2026-11-10T00:00:00Z", undefined, 140],
    ["half_month", "2026-11-20T00:00:00Z", undefined, 74],
  ]
  for (const [unit, start, end, expected] of cases) {
    const span = { month: monthOf(at(start)), start: at(start), end: end === undefined ? undefined : at(end) }
    t.equal(fixedPeriods(unit, span), expected, `${unit} from ${start} to ${end ?? "the month's end"}`)
  }
})

t.test("a limit is billed for each day that has begun", async (t) => {
  const days = (start: string) => limitDays({ month: monthOf(at(start)), start: at(start) })
  t.equal(days("2026-11-27T23:29:12.141Z"), 4)
  t.equal(days("2026-11-01T00:00:00Z"), 30)
  t.equal(days("2026-11-30T23:59:59.999Z"), 1)
})

const component = (type: string, more: Partial<PlanComponent> = {}): PlanComponent => ({
  id: 7,
  type,
  name: `The ${type}`,
  measuredUnit: "unit",
  articleCode: "",
  billingType: "limit",
  limitPeriod: "month",
  price: "5.0000000000",
  fixedPrice: "15.0000000000",
  ...more,
})

const resource = (
  components: readonly PlanComponent[],
  more: Partial<BilledResource> = {},
): BilledResource => ({
  id: 9,
  uuid: "913259bd-dac5-461a-91a9-905322830777",
  name: "copy",
  limits: { cores: 24, ram: 51_200, storage: 1_536, gigabytes_ssd: 20, none: 0, unlimited: -1 },
  project: { id: 1, name: "Climate models", uuid: "00000000-0000-0000-0000-0000000c0001" },
  plan: { name: "Standard", uuid: "00000000-0000-0000-0000-0000000f0002", unit: "month", articleCode: "P" },
  offering: {
    name: "VPC RegionB",
    uuid: "00000000-0000-0000-0000-0000000e0002",
    type: "OpenStack.Tenant",
  },
  provider: { name: "Cloud Provider Ltd", uuid: "98a09e29-879a-4ed8-94c4-d328f93d5afd" },
  components,
  ...more,
})

const span = { month: monthOf(at("2026-11-27T00:00:00Z")), start: at("2026-11-27T23:29:12.141Z") }

t.test("the items of a plan's components are Waldur's", async (t) => {
  const items = (one: PlanComponent, first = true) => invoiceItems(resource([one]), span, first)
  t.strictSame(
    invoiceItems(resource([component("cores")]), span, true),
    [
      {
        unit: "month",
        unit_price: "5.0000000000",
        quantity: "24",
        name: "copy (VPC RegionB / Standard) / CPU",
        measured_unit: "unit",
        article_code: "P",
        start: "2026-11-27T23:29:12.141+00:00",
        end: "2026-11-30T23:59:59.999999+00:00",
        details: {
          resource_name: "copy",
          resource_uuid: "913259bddac5461a91a9905322830777",
          plan_name: "Standard",
          plan_uuid: "000000000000000000000000000f0002",
          offering_name: "VPC RegionB",
          offering_uuid: "000000000000000000000000000e0002",
          offering_type: "OpenStack.Tenant",
          service_provider_name: "Cloud Provider Ltd",
          service_provider_uuid: "98a09e29879a4ed894c4d328f93d5afd",
          plan_component_id: 7,
          offering_component_type: "cores",
          offering_component_name: "The cores",
          resource_limit_periods: [
            {
              start: "2026-11-27T23:29:12.141+00:00",
              end: "2026-11-30T23:59:59.999999+00:00",
              quantity: 24,
              billing_periods: 4,
              total: "96",
            },
          ],
        },
      },
    ],
    "a monthly limit is not prorated, and its period counts the days that are left",
  )
  t.match(items(component("ram")), [{ quantity: "50", name: /\/ RAM$/ }], "MiB are billed as GiB")
  t.match(
    items(component("storage")),
    [{ quantity: "1", name: /\/ storage$/ }],
    "a part of a GiB is not billed",
  )
  t.match(items(component("gigabytes_ssd")), [{ quantity: "20", name: /\/ ssd storage$/ }])
  t.match(items(component("other", { name: "Licences" })), [], "no limit, no item")
  t.strictSame(items(component("none")), [], "a limit of 0 is no item")
  t.strictSame(items(component("unlimited")), [], "an unlimited component is no item")
  t.strictSame(items(component("cores", { billingType: "usage" })), [])
  t.strictSame(
    items(component("cores", { billingType: "few" })),
    [],
    "a price of a plan's change is not billed",
  )
  t.match(items(component("cores", { billingType: "fixed" })), [
    {
      unit: "month",
      unit_price: "15.0000000000",
      quantity: "0.14",
      details: { resource_limit_periods: undefined },
    },
  ])
  t.match(items(component("cores", { articleCode: "C" })), [{ article_code: "C" }])
})

t.test("the limits of other offerings are billed as they are, under their components' names", async (t) => {
  const licences = resource([component("storage", { name: "Disk" }), component("half")], {
    limits: { storage: 500, half: 2.5 },
    offering: {
      name: "Archive",
      uuid: "00000000-0000-0000-0000-0000000e0003",
      type: "Marketplace.Basic",
    },
  })
  t.match(invoiceItems(licences, span, true), [
    { quantity: "500", name: /\/ Disk$/ },
    { quantity: "2.5", details: { resource_limit_periods: [{ quantity: 2.5, total: "10" }] } },
  ])
})

t.test("decimal numbers are multiplied and added without a loss", async (t) => {
  t.equal(multiply("2.5", 4), "10")
  t.equal(multiply("0.1", 3), "0.3")
  t.equal(multiply("96", 30), "2880")
  t.equal(sum(["0.1", "0.2", "3"]), "3.3")
  t.equal(sum([]), "0")
})

t.test("one-time prices and total limits are billed once", async (t) => {
  for (const one of [
    component("cores", { billingType: "one" }),
    component("cores", { limitPeriod: "total" }),
  ]) {
    t.match(invoiceItems(resource([one]), span, true), [{ unit: "quantity" }])
    t.strictSame(
      invoiceItems(resource([one]), span, false),
      [],
      "Waldur bills them in each new invoice again",
    )
  }
})

t.test("a limit by the day is billed for its days", async (t) => {
  const daily = resource([component("cores")], {
    plan: { name: "Daily", uuid: "00000000-0000-0000-0000-0000000f0003", unit: "day", articleCode: "" },
  })
  t.match(invoiceItems(daily, span, true), [{ unit: "day", quantity: "96" }])
})
