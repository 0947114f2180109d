import { type Outcome, outcomes, type Report, type ReportedObject } from "../../src/report/report.ts"

const at = "2026-03-02T09:15:41.311Z"

function countsOf(objects: readonly ReportedObject[]): Record<Outcome, number> {
  const of = (outcome: Outcome) => objects.filter((one) => one.outcome === outcome).length
  return Object.fromEntries(outcomes.map((outcome) => [outcome, of(outcome)])) as Record<Outcome, number>
}

export function object(part: Partial<ReportedObject> = {}): ReportedObject {
  return {
    kind: "network",
    key: "1",
    name: "front",
    source: "src-1",
    destination: "dst-1",
    outcome: "kept",
    reason: "",
    kept: ["name"],
    mapped: [],
    dropped: [],
    differences: [],
    ...part,
  }
}

/** A report of these objects in which nothing else is worth a word. */
export function reportOf(objects: readonly ReportedObject[], part: Partial<Report> = {}): Report {
  return {
    uuid: "5d2c1e0f9a7b4c3d8e6f1a2b3c4d5e6f",
    state: "OK",
    error_message: "",
    source: { resource: "shop", offering: "A", cloud: "a" },
    destination: { resource: "copy", offering: "B", cloud: "b" },
    marketplace: {
      resource: { uuid: "e6b1d0c4f3a24b5c8d7e9f0a1b2c3d4e", name: "copy", state: "OK" },
      order: null,
      offerings: null,
      invoice: null,
      prices: null,
    },
    request: {
      at,
      by: "Mari Maasikas",
      subnets: [],
      volume_types: [],
      networks: [],
      skip_connection_extnet: false,
      sync_instance_ports: true,
      static_routes: "documented",
    },
    started: at,
    finished: at,
    seconds: 14.2,
    actions: [{ at, action: "create", by: "Mari Maasikas" }],
    rollback: null,
    outcomes: countsOf(objects),
    kinds: [...Map.groupBy(objects, ({ kind }) => kind)].map(([kind, own]) => ({ kind, ...countsOf(own) })),
    verification: { at, pending: false, compared: objects.length, differences: 0 },
    unmanaged: { count: 0, objects: [] },
    source_changes: { changes: [] },
    survey: { at, unknown: [], findings: [] },
    stages: [
      {
        name: "network",
        state: "done",
        attempts: 1,
        started: at,
        finished: "2026-03-02T09:15:42.311Z",
        seconds: 1,
        calls: 2,
        writes: 1,
      },
    ],
    calls: 2,
    writes: 1,
    objects: [...objects],
    ...part,
  }
}

/** A report in which every text that a user or a cloud may choose is this one, in every place where it may stand. */
export function reportFullOf(text: string): Report {
  const side = { resource: text, offering: text, cloud: text }
  const change = { attribute: text, kind: "network", name: text }
  const objects = [
    object({ outcome: "failed", name: text, reason: text, destination: "" }),
    object({ outcome: "omitted", name: text, reason: text, destination: "" }),
    object({ outcome: "different", differences: [{ attribute: text, expected: text, seen: [text] }] }),
    object({
      outcome: "dropped",
      name: text,
      source: text,
      destination: text,
      dropped: [{ attribute: text, value: { [text]: text }, reason: text }],
    }),
    object({ outcome: "mapped", mapped: [{ attribute: text, source: text, destination: [{ [text]: 1 }] }] }),
  ]
  return reportOf(objects, {
    state: "ERRED",
    error_message: text,
    source: side,
    destination: side,
    marketplace: {
      resource: { uuid: text, name: text, state: text },
      order: { uuid: text, state: text },
      offerings: [{ uuid: text, name: text, type: text, state: text }],
      invoice: {
        uuid: text,
        month: text,
        state: text,
        items: [
          { name: text, quantity: text, unit: text, unit_price: text, price: text, start: at, end: at },
        ],
        total: text,
      },
      prices: { before: { amount: text, per: text }, after: null },
    },
    request: {
      ...reportOf([]).request,
      by: text,
      subnets: [{ source: text, destination: text }],
      volume_types: [{ source: text, destination: text }],
      networks: [text],
      static_routes: text,
    },
    actions: [{ at, action: "retry", by: text }],
    rollback: { requested_by: text, finished_at: null, remaining: [text] },
    unmanaged: { count: 1, objects: [{ kind: "port", id: text, name: text }] },
    source_changes: {
      changes: [
        { ...change, planned: text, now: text },
        { ...change, attribute: "id", planned: null, now: text },
      ],
    },
    survey: {
      at,
      unread: text,
      unknown: [`network.${text}`],
      findings: [{ kind: "network", name: text, message: text }],
    },
  })
}
