import { jsonArrayFrom } from "kysely/helpers/postgres"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import type { Shown } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

/** Returns the periods in which a resource had its plans, with the usages that were reported in each. */
export async function readPlanPeriods(db: HostDb, resourceId: number): Promise<readonly Shown[]> {
  const periods = await db
    .selectFrom("marketplace_resourceplanperiod as period")
    .innerJoin("marketplace_plan as plan", "plan.id", "period.plan_id")
    .select(["period.uuid", "plan.name as plan_name", "plan.uuid as plan_uuid"])
    .select(timeText<string | null>("period.start").as("start"))
    .select(timeText<string | null>("period.end").as("end"))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom("marketplace_componentusage as usage")
          .innerJoin("marketplace_offeringcomponent as component", "component.id", "usage.component_id")
          .select(["usage.uuid", "usage.description", "usage.usage", "usage.recurring"])
          .select([timeText("usage.created").as("created"), timeText("usage.date").as("date")])
          .select(["component.type", "component.name", "component.measured_unit"])
          .whereRef("usage.plan_period_id", "=", "period.id")
          .orderBy("usage.id"),
      ).as("components"),
    )
    .where("period.resource_id", "=", resourceId)
    .orderBy("period.start")
    .orderBy("period.id")
    .execute()
  return periods.map(({ components, ...period }) => ({
    ...period,
    uuid: hex(period.uuid),
    plan_uuid: hex(period.plan_uuid),
    components: components.map((usage) => ({ ...usage, uuid: hex(usage.uuid) })),
  }))
}
