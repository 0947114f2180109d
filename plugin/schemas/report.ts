import { Type } from "@sinclair/typebox"
import { composeReport } from "../../src/report/compose.ts"
import { markdownReport } from "../../src/report/markdown.ts"
import { type Report, reportResponse } from "../../src/report/report.ts"
import { jsonResponse, notAcceptable, notFound, otherServer, unauthenticated } from "./errors.ts"
import { migrationUuid } from "./parameters.ts"

const none = {
  failed: 0,
  skipped: 0,
  open: 0,
  removed: 0,
  omitted: 0,
  different: 0,
  dropped: 0,
  mapped: 0,
  kept: 0,
} as const

/** A report on the copy of "shop", as in the other examples. */
const example: Report = {
  uuid: "5d2c1e0f9a7b4c3d8e6f1a2b3c4d5e6f",
  state: "OK",
  error_message: "",
  source: { resource: "shop", offering: "Cloud A", cloud: "cloud-a" },
  destination: { resource: "shop-copy", offering: "Cloud B", cloud: "cloud-b" },
  marketplace: {
    resource: { uuid: "e6b1d0c4f3a24b5c8d7e9f0a1b2c3d4e", name: "shop-copy", state: "OK" },
    order: { uuid: "3f9c7b1d5e2a4c6f8091a2b3c4d5e6f7", state: "done" },
    offerings: [
      {
        uuid: "7a1b2c3d4e5f40718293a4b5c6d7e8f9",
        name: "Virtual machine in shop-copy",
        type: "OpenStack.Instance",
        state: "Active",
      },
    ],
    invoice: {
      uuid: "b8c9d0e1f2a34b5c6d7e8f9a0b1c2d3e",
      month: "2026-03",
      state: "pending",
      items: [
        {
          name: "shop-copy (Cloud B / Standard) / CPU",
          quantity: "8.00",
          unit: "month",
          unit_price: "5.00",
          price: "40.00",
          start: "2026-03-02T09:15:41.880Z",
          end: "2026-03-31T23:59:59.999Z",
        },
      ],
      total: "40.00",
    },
    prices: { before: { amount: "44.00", per: "month" }, after: { amount: "40.00", per: "month" } },
  },
  request: {
    at: "2026-03-02T09:15:27.481516Z",
    by: "Mari Maasikas",
    subnets: [{ source: "10.1.0.0/24", destination: "10.2.0.0/24" }],
    volume_types: [{ source: "ssd", destination: "nvme" }],
    networks: [],
    skip_connection_extnet: true,
    sync_instance_ports: false,
    static_routes: "documented",
  },
  started: "2026-03-02T09:15:27.602Z",
  finished: "2026-03-02T09:15:41.880Z",
  seconds: 14.278,
  actions: [{ at: "2026-03-02T09:15:27.481Z", action: "create", by: "Mari Maasikas" }],
  rollback: null,
  outcomes: { ...none, kept: 1, mapped: 1, omitted: 1 },
  kinds: [
    { ...none, kind: "network", kept: 1 },
    { ...none, kind: "subnet", mapped: 1 },
    { ...none, kind: "gateway", omitted: 1 },
  ],
  verification: { at: "2026-03-02T09:15:41.311Z", pending: false, compared: 2, differences: 0 },
  unmanaged: { count: 0, objects: [] },
  source_changes: { changes: [] },
  survey: { at: "2026-03-02T09:15:27.911Z", unknown: [], findings: [] },
  stages: [
    {
      name: "network",
      state: "done",
      attempts: 1,
      started: "2026-03-02T09:15:29.102Z",
      finished: "2026-03-02T09:15:29.730Z",
      seconds: 0.628,
      calls: 1,
      writes: 1,
    },
  ],
  calls: 41,
  writes: 14,
  objects: [
    {
      kind: "network",
      key: "12",
      name: "front",
      source: "0f7d2c6e-5a41-4b0e-9a53-7c1de0b1a8f4",
      destination: "8c1e44b2-90d7-4f0a-8b8e-5f6a1c2d3e4f",
      outcome: "kept",
      reason: "",
      kept: ["name", "description", "mtu"],
      mapped: [],
      dropped: [],
      differences: [],
    },
    {
      kind: "subnet",
      key: "31",
      name: "front-v4",
      source: "77a0b1c2-d3e4-4f50-8617-28394a5b6c7d",
      destination: "9d2f55c3-a1e8-4a1b-9c9f-607b2d3e4f50",
      outcome: "mapped",
      reason: "",
      kept: ["name", "description", "ip_version", "enable_dhcp"],
      mapped: [{ attribute: "cidr", source: "10.1.0.0/24", destination: "10.2.0.0/24" }],
      dropped: [],
      differences: [],
    },
    {
      kind: "gateway",
      key: "omitted-4",
      name: "edge",
      source: "",
      destination: "",
      outcome: "omitted",
      reason:
        "The destination has no external network configured, or the request skips the connection to it.",
      kept: [],
      mapped: [],
      dropped: [],
      differences: [],
    },
  ],
}

const json = jsonResponse("The report.", reportResponse, {
  small: { summary: "A small tenant", value: example },
})
const page = (description: string) => Type.String({ description })

/** The report, as JSON, Markdown or HTML. */
export const reportOperation = {
  operationId: "openstack_migrations_report_retrieve",
  summary: "Report on a migration",
  description:
    "Everything that is known about a migration: the request, what became of each object and attribute and why, changes since then, and the calls to the clouds. JSON lists every object; Markdown and HTML are human-readable, with exceptions first. `format` or the header `Accept` selects the format. The report is also available while the migration runs.",
  tags: ["openstack-migrations"],
  params: migrationUuid,
  querystring: Type.Object({
    format: Type.Optional(
      Type.Unsafe<string>({
        type: "string",
        enum: ["json", "markdown", "md", "html"],
        description:
          "Format of the report; takes precedence over `Accept`. `md` is `markdown`. Any other value gives 404.",
      }),
    ),
  }),
  response: {
    200: {
      ...json,
      content: {
        ...json.content,
        "text/markdown": {
          schema: page(
            "GitHub's Markdown. Long tables are cut and give the number of rows that are not shown.",
          ),
          examples: {
            small: { summary: "A small tenant", value: markdownReport(composeReport(example)) },
          },
        },
        "text/html": { schema: page("One page that loads nothing, for screen and paper.") },
      },
      headers: { Vary: Type.Literal("Accept", { description: "The format depends on this header." }) },
    },
    401: unauthenticated,
    404: notFound,
    409: otherServer,
    406: notAcceptable,
  },
} as const
