import { Type } from "@sinclair/typebox"
import { migrationEvent } from "../../src/serializers/event-stream.ts"
import { notFound, unauthenticated } from "./errors.ts"
import { migrationUuid } from "./parameters.ts"

const lines = [
  "id: 7",
  "event: objects",
  'data: {"type":"objects","at":"2026-03-04T09:10:42.000Z","data":{"kind":"network","state":"done","count":2,"names":["app","db"]}}',
  "",
  "event: progress",
  'data: {"kinds":[],"calls":12,"source_calls":9,"writes":5,"started":"2026-03-04T09:10:40.000Z","finished":null,"verification":null}',
  "",
  "",
]

/** The stream of a migration's news. */
export const eventsOperation = {
  operationId: "openstack_migrations_events",
  summary: "Follow a migration",
  description:
    "Server-sent events: `migration`, `action`, `stage` and `objects`, each with a number as its id, from the beginning or behind `Last-Event-ID`; after each lot a `progress`, which bears no number and is the answer of the progress. The stream ends when the migration has ended; coming back then is answered with 204.",
  tags: ["openstack-migrations"],
  params: migrationUuid,
  headers: Type.Object({
    "last-event-id": Type.Optional(
      Type.String({ description: "Id of the last event that was read; what is no number is the beginning." }),
    ),
  }),
  response: {
    200: {
      description: `The stream. The data of a numbered event: ${migrationEvent.title}.`,
      content: { "text/event-stream": { schema: Type.String({ examples: [lines.join("\n")] }) } },
    },
    204: { type: "null", description: "The migration has ended, and all is told." },
    401: unauthenticated,
    404: notFound,
  },
} as const
