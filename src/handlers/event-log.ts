import { randomUUID } from "node:crypto"
import { ResourceState } from "../models/codes.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Trx } from "../models/database.ts"
import { handlerTables } from "../models/host-tables.ts"
import { hex } from "../models/uuid.ts"
import type { Handler } from "./handler.ts"
import type { ResourceRow, Saved } from "./hooks.ts"

/** Type and message of Waldur's events of a resource. */
const resourceEvents = {
  requested: ["marketplace_resource_create_requested", "Creation of resource"],
  succeeded: ["marketplace_resource_create_succeeded", "Created resource"],
  failed: ["marketplace_resource_create_failed", "Failed to create resource"],
  terminating: ["marketplace_resource_terminate_requested", "Deletion of resource"],
  terminated: ["marketplace_resource_terminate_succeeded", "Deleted resource"],
  notTerminated: ["marketplace_resource_terminate_failed", "Failed to delete resource"],
} as const

/** Writes Waldur's event log. */
export const eventsHandler: Handler = {
  name: "events",
  writes: { logging_event: handlerTables.logging_event, logging_feed: handlerTables.logging_feed },
  hooks: () => ({ resource: [logResourceEvent] }),
}

/** Writes an entry of Waldur's event log where a resource is requested, created or terminated, or fails to be. */
async function logResourceEvent({ instance, previous, created, trx }: Saved<ResourceRow>): Promise<void> {
  const event = eventOf(instance.state, previous?.state, created)
  if (event === undefined) return
  const [type, action] = resourceEvents[event]
  const project = await readProject(trx, instance.project_id)
  const { id } = await trx
    .insertInto("logging_event")
    .values({
      uuid: randomUUID(),
      created: new Date(),
      event_type: type,
      message: `${action} ${instance.name}.`,
      context: JSON.stringify({
        resource_name: instance.name,
        resource_uuid: hex(instance.uuid),
        project_name: project.name,
        project_uuid: hex(project.uuid),
        customer_name: project.customer_name,
        customer_uuid: hex(project.customer_uuid),
        ...(instance.error_message === "" ? {} : { error_message: instance.error_message }),
      }),
    })
    .returning("id")
    .executeTakeFirstOrThrow()
  const scopes = [
    { object_id: instance.id, content_type_id: await contentTypeId(trx, "marketplace", "resource") },
    { object_id: project.id, content_type_id: await contentTypeId(trx, "structure", "project") },
    { object_id: project.customer_id, content_type_id: await contentTypeId(trx, "structure", "customer") },
  ]
  await trx
    .insertInto("logging_feed")
    .values(scopes.map((scope) => ({ event_id: id, ...scope })))
    .execute()
}

/** Reads a project with its customer. */
function readProject(trx: Trx, projectId: number) {
  return trx
    .selectFrom("structure_project as project")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select([
      "project.id",
      "project.name",
      "project.uuid",
      "customer.id as customer_id",
      "customer.name as customer_name",
      "customer.uuid as customer_uuid",
    ])
    .where("project.id", "=", projectId)
    .executeTakeFirstOrThrow()
}

/** Returns the event of a change of state; undefined where Waldur logs none. */
function eventOf(
  state: number,
  before: number | undefined,
  created: boolean,
): keyof typeof resourceEvents | undefined {
  if (created) return "requested"
  if (state === before) return undefined
  if (state === ResourceState.TERMINATING) return "terminating"
  if (before === ResourceState.TERMINATING) {
    return state === ResourceState.TERMINATED ? "terminated" : "notTerminated"
  }
  if (state === ResourceState.OK) return "succeeded"
  const failed = state === ResourceState.ERRED || state === ResourceState.TERMINATED
  return failed && before === ResourceState.CREATING ? "failed" : undefined
}
