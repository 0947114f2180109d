import { Type } from "@sinclair/typebox"
import { migrationEvent } from "../../src/serializers/event-stream.ts"
import { notFound, otherServer, tooManyStreams, unauthenticated } from "./errors.ts"
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

/** The event stream of a migration. */
export const eventsOperation = {
  operationId: "openstack_migrations_events",
  summary: "Follow a migration",
  description:
    "Server-sent events `migration`, `action`, `stage` and `objects`, each with its number as id, from the first or after `Last-Event-ID`. Each batch is followed by a `progress` event without an id, whose data is the response of the progress operation. The stream ends when the migration has ended; a client that reconnects then gets 204.",
  tags: ["openstack-migrations"],
  params: migrationUuid,
  headers: Type.Object({
    "last-event-id": Type.Optional(
      Type.String({
        description:
          "Id of the last event that the client has read. A non-numeric value means the beginning.",
      }),
    ),
  }),
  response: {
    200: {
      description: `The stream. The data of a numbered event: ${migrationEvent.title}.`,
      content: { "text/event-stream": { schema: Type.String({ examples: [lines.join("\n")] }) } },
    },
    204: { type: "null", description: "The migration has ended, and the client has read all its events." },
    401: unauthenticated,
    404: notFound,
    409: otherServer,
    429: tooManyStreams,
  },
} as const
