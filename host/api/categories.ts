import { sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import { OfferingState } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, uuid } from "./filters.ts"
import { givenOrNull } from "./forms.ts"
import type { HostDb } from "./tables.ts"

function select(db: HostDb) {
  return db
    .selectFrom("marketplace_category as row")
    .leftJoin("marketplace_categorygroup as group", "group.id", "row.group_id")
    .select(["row.uuid", "row.title", "row.description", "row.icon", "row.default_vm_category"])
    .select(["row.default_volume_category", "group.uuid as group_uuid", offeringCount.as("offering_count")])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom("marketplace_categorycomponent as component")
          .select(["component.uuid", "component.type", "component.name", "component.description"])
          .select("component.measured_unit")
          .whereRef("component.category_id", "=", "row.id")
          .orderBy("component.id"),
      ).as("components"),
    )
}

const offeringCount = sql<number>`(
  select count(*)::int from marketplace_offering as offering
  where offering.category_id = row.id and offering.state = ${sql.lit(OfferingState.ACTIVE)})`

type CategoryRow = RowsOf<typeof select>

function showCategory({ group_uuid, components, ...row }: CategoryRow, view: View): Shown {
  return {
    ...row,
    url: view.url("marketplace-categories", row.uuid),
    uuid: hex(row.uuid),
    group: givenOrNull(group_uuid, (uuid) => view.url("marketplace-category-groups", uuid)),
    available_offerings_count: row.offering_count,
    components: components.map((component) => ({ ...component, uuid: hex(component.uuid) })),
    sections: [],
    columns: [],
    articles: [],
  }
}

export const categories = endpoint({
  path: "marketplace-categories",
  model: "Category",
  select,
  visible: () => sql`true`,
  filters: { title: contains("row.title"), group_uuid: uuid("group.uuid") },
  orders: { title: "row.title" },
  order: "row.title",
  show: showCategory,
})
