import { type Expression, sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import { hex } from "../../src/models/uuid.ts"
import type { Shown, View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

/** The security groups of a port, as a column of a query for ports. */
export function groupsOfPort(db: HostDb, portId: Expression<number>) {
  return jsonArrayFrom(
    db
      .selectFrom("openstack_port_security_groups as held")
      .innerJoin("openstack_securitygroup as held_group", "held_group.id", "held.securitygroup_id")
      .select(["held_group.uuid", "held_group.name"])
      .where(sql<boolean>`held.port_id = ${portId}`)
      .orderBy("held_group.name"),
  )
}

export function showGroups(groups: readonly { uuid: string; name: string }[], view: View): readonly Shown[] {
  return groups.map(({ uuid, name }) => ({
    url: view.url("openstack-security-groups", uuid),
    uuid: hex(uuid),
    name,
  }))
}
