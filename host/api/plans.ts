import { type Expression, sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import type { User } from "../../src/access/types.ts"
import { ResourceState } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import type { Shown, View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"
import { openPlan } from "./visible.ts"

type Amounts = Readonly<Record<string, number>>

/** The plans of an offering, or of its parent offering, that the user may order; the oldest first. */
export function plansOf(
  db: HostDb,
  user: User,
  offering: { id: Expression<number>; parent: Expression<number | null> },
) {
  return jsonArrayFrom(
    db
      .selectFrom("marketplace_plan as plan")
      .select(["plan.uuid", "plan.name", "plan.description", "plan.unit", "plan.archived", "plan.max_amount"])
      .select(["plan.article_code", "plan.backend_id", sql<string>`plan.unit_price::text`.as("unit_price")])
      .select([resourceCount.as("resources_count"), partsOfPlan.as("components")])
      .select([componentsAs("price").as("prices"), componentsAs("amount").as("quotas")])
      .select(hasRoom.as("is_active"))
      .where(sql<boolean>`plan.offering_id in (${offering.id}, ${offering.parent})`)
      .where("plan.archived", "=", false)
      .where(openPlan(user))
      .orderBy("plan.id"),
  )
}

function componentsAs(value: "price" | "amount") {
  return sql<Amounts>`(
    select coalesce(json_object_agg(component.type, part.${sql.ref(value)}), '{}')
    from marketplace_plancomponent as part
      join marketplace_offeringcomponent as component on component.id = part.component_id
    where part.plan_id = plan.id)`
}

const resourceCount = sql<number>`(
  select count(*)::int from marketplace_resource as held
  where held.plan_id = plan.id and held.state <> ${ResourceState.TERMINATED})`

const partsOfPlan = sql<readonly PlanPart[]>`(
  select coalesce(json_agg(json_build_object(
    'type', component.type, 'name', component.name, 'measured_unit', component.measured_unit,
    'amount', part.amount, 'price', part.price::text) order by component.id), '[]')
  from marketplace_plancomponent as part
    join marketplace_offeringcomponent as component on component.id = part.component_id
  where part.plan_id = plan.id)`

/** Whether a plan with a maximum number of resources has fewer resources that are not terminated. */
const hasRoom = sql<boolean>`(coalesce(plan.max_amount, 0) = 0 or plan.max_amount > (
  select count(*) from marketplace_resource as held
  where held.plan_id = plan.id and held.state <> ${ResourceState.TERMINATED}))`

interface PlanPart {
  readonly type: string
  readonly name: string
  readonly measured_unit: string
  readonly amount: number
  readonly price: string
}

interface PlanRow {
  readonly uuid: string
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly archived: boolean
  readonly is_active: boolean
  readonly max_amount: number | null
  readonly article_code: string
  readonly backend_id: string
  readonly unit_price: string
  readonly resources_count: number
  readonly components: readonly PlanPart[]
  readonly prices: Amounts
  readonly quotas: Amounts
}

export function showPlan({ uuid, ...plan }: PlanRow, view: View): Shown {
  return {
    url: view.url("marketplace-plans", uuid),
    uuid: hex(uuid),
    ...plan,
    future_prices: {},
    organization_groups: [],
    init_price: 0,
    switch_price: 0,
  }
}
