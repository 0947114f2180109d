import t from "tap"
import { ask } from "../helpers/http.ts"
import { goodBody, tokens, withFixture } from "./fixture.ts"

const closed = { dst_offering: ["This offering is not available for ordering."] }
const unknown = { dst_offering: [`Object with uuid=${goodBody.dst_offering} does not exist.`] }
const otherPlan = { dst_plan: ["This plan is not available for selected offering."] }
const ended = { non_field_errors: ["Project 'Climate models' is expired."] }

/** Rows with which nobody can order, staff included: the change, the response, and the reverse change. */
const rules: readonly (readonly [rule: string, change: string, errors: unknown, back: string])[] = [
  [
    "the organization is not blocked",
    "update structure_customer set blocked = true where id = 2",
    { non_field_errors: ["Blocked organization is not available."] },
    "update structure_customer set blocked = false",
  ],
  [
    "the organization is not archived",
    "update structure_customer set archived = true where id = 2",
    { non_field_errors: ["Archived organization is not available."] },
    "update structure_customer set archived = false",
  ],
  [
    "the project's last day has not passed",
    "update structure_project set end_date = (now() at time zone 'UTC')::date - 1 where id = 1",
    ended,
    "update structure_project set end_date = (now() at time zone 'UTC')::date + 1",
  ],
  [
    "the project does not end today",
    "update structure_project set end_date = (now() at time zone 'UTC')::date where id = 1",
    ended,
    "update structure_project set end_date = null",
  ],
  [
    "the project is not removed",
    "update structure_project set is_removed = true where id = 1",
    { non_field_errors: ["Project 'Climate models' is removed."] },
    "update structure_project set is_removed = false",
  ],
  [
    "the offering is not paused",
    "update marketplace_offering set state = 3 where id = 2",
    { dst_offering: ["Offering is not available."] },
    "update marketplace_offering set state = 2 where id = 2",
  ],
  [
    "the offering is not a draft",
    "update marketplace_offering set state = 1 where id = 2",
    unknown,
    "update marketplace_offering set state = 2 where id = 2",
  ],
  [
    "the offering is not archived",
    "update marketplace_offering set state = 4 where id = 2",
    unknown,
    "update marketplace_offering set state = 2 where id = 2",
  ],
  [
    "the offering is not restricted to other organization groups",
    "insert into marketplace_offering_organization_groups (offering_id, organizationgroup_id) values (2, 2)",
    closed,
    "insert into marketplace_offering_organization_groups (offering_id, organizationgroup_id) values (2, 1)",
  ],
  [
    "an organization without a group cannot order what is restricted to groups",
    "update structure_customer set organization_group_id = null where id = 2",
    closed,
    "delete from marketplace_offering_organization_groups where offering_id = 2",
  ],
  [
    "the plan is not restricted to other organization groups",
    "insert into marketplace_plan_organization_groups (plan_id, organizationgroup_id) values (9, 2)",
    { dst_plan: ['This plan is not available for organization "University of Testing".'] },
    "delete from marketplace_plan_organization_groups where plan_id = 9",
  ],
  [
    "the plan is not archived",
    "update marketplace_plan set archived = true where id = 9",
    otherPlan,
    "update marketplace_plan set archived = false where id = 9",
  ],
  [
    "the plan belongs to the offering",
    "update marketplace_plan set offering_id = 1 where id = 9",
    otherPlan,
    "update marketplace_plan set offering_id = 2 where id = 9",
  ],
  [
    "the plan has a free place",
    "update marketplace_plan set max_amount = 1 where id = 9",
    { plan: ["Plan is not available because limit has been reached."] },
    "update marketplace_plan set max_amount = 1000 where id = 9",
  ],
  [
    "the offering has the type of tenants",
    "update marketplace_offering set type = 'OpenStack.Volume' where id = 2",
    { dst_offering: ["This offering does not provide tenants of an OpenStack cloud."] },
    "update marketplace_offering set type = 'OpenStack.Tenant' where id = 2",
  ],
  [
    "the source is ready",
    "update openstack_tenant set state = 2 where id = 1",
    { non_field_errors: ["Source tenant is not in state OK."] },
    "update openstack_tenant set state = 3 where id = 1",
  ],
]

t.test("a replication passes the checks of an order of Waldur's marketplace", (t) =>
  withFixture(async ({ migrations, pool }) => {
    const answers = async (path = "") => {
      const asked = { method: "POST", token: tokens.staff, body: goodBody }
      const { status, body } = await ask(migrations + path, asked)
      return status === 400 ? body : status
    }
    t.equal(await answers(), 201)
    for (const [rule, change, errors, back] of rules) {
      await pool.query(change)
      t.strictSame(await answers(), errors, rule)
      t.strictSame(await answers("preview/"), errors, `${rule}: the preview has the same refusal`)
      await pool.query(back)
      t.equal(await answers("preview/"), 200, `${rule}: without the change the request succeeds`)
    }
    t.equal(await answers(), 201)
  }),
)

t.test("the last place of a plan is given once, however many request it at the same time", (t) =>
  withFixture(async ({ migrations, pool }) => {
    await pool.query("update marketplace_plan set max_amount = 2 where id = 9")
    const asked = { method: "POST", token: tokens.staff, body: goodBody }
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(migrations, asked)))
    const { rows } = await pool.query(
      "select count(*)::int as made from marketplace_resource where plan_id = 9",
    )
    t.equal(rows[0].made, 2)
    t.equal(answers.filter(({ status }) => status === 201).length, 2)
    for (const { status, body } of answers.filter((one) => one.status !== 201)) {
      t.strictSame([status, body], [400, { plan: ["Plan is not available because limit has been reached."] }])
    }
  }),
)
