import { jsonArrayFrom } from "kysely/helpers/postgres"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains } from "./filters.ts"
import { given, givenOrNull } from "./forms.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

const path = "openstack-security-groups"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_securitygroup as row")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select(ownedColumns())
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom("openstack_securitygrouprule as rule")
          .leftJoin("openstack_securitygroup as remote", "remote.id", "rule.remote_group_id")
          .select(["rule.id", "rule.ethertype", "rule.direction", "rule.protocol", "rule.from_port"])
          .select(["rule.to_port", "rule.cidr", "rule.description"])
          .select(["remote.uuid as remote_uuid", "remote.name as remote_name"])
          .whereRef("rule.security_group_id", "=", "row.id")
          .orderBy("rule.id"),
      ).as("rules"),
    )
}

type SecurityGroupRow = RowsOf<typeof select>

function showSecurityGroup(row: SecurityGroupRow, view: View): Shown {
  return {
    ...showOwned(path, row, view),
    rules: row.rules.map(({ remote_uuid, remote_name, ...rule }) => ({
      ...rule,
      remote_group: givenOrNull(remote_uuid, (uuid) => view.url(path, uuid)),
      remote_group_uuid: given(remote_uuid, hex),
      remote_group_name: remote_name ?? undefined,
    })),
  }
}

export const securityGroups = endpoint({
  path,
  model: "SecurityGroup",
  select,
  visible: inOwnProject,
  filters: { ...ownedFilters, query: contains("row.name", "row.description") },
  order: "row.name",
  show: showSecurityGroup,
})
