import t from "tap"
import { composeReport } from "../../src/report/compose.ts"
import { htmlReport } from "../../src/report/html.ts"
import { markdownReport } from "../../src/report/markdown.ts"
import type { Report } from "../../src/report/report.ts"
import { amountText } from "../../src/report/text.ts"
import { object, reportOf } from "./sample.ts"

const ports = (count: number, part: Parameters<typeof object>[0]) =>
  Array.from({ length: count }, (_, index) => object({ kind: "port", name: `port-${index}`, ...part }))

const titlesOf = (report: Report) => composeReport(report).sections.map(({ title }) => title)

function tableOf(report: Report, title: string) {
  const block = composeReport(report).sections.find((section) => section.title === title)?.blocks[0]
  return block && "rows" in block ? block.rows : []
}

t.test("a copy without exceptions has no section for exceptions", async (t) => {
  const report = reportOf([object(), ...ports(3, {})])
  t.strictSame(titlesOf(report), [
    "Request",
    "In the marketplace",
    "Options",
    "Objects by kind",
    "All objects",
    "Stages",
  ])
  const { summary, tone } = composeReport(report)
  t.equal(tone, "good")
  t.equal(
    summary,
    "All 4 planned objects exist in the destination. The verification compared 4 objects and found no differences.",
  )
})

t.test("exceptions come before what is as planned, the most severe first", async (t) => {
  const report = reportOf(
    [
      object(),
      object({ outcome: "omitted", reason: "It is the operator's.", destination: "" }),
      object({ outcome: "failed", reason: "Full.", destination: "" }),
      object({ outcome: "different", differences: [{ attribute: "mtu", expected: 1500, seen: 1450 }] }),
      object({ outcome: "mapped", mapped: [{ attribute: "cidr", source: "a", destination: "b" }] }),
      object({ outcome: "dropped", dropped: [{ attribute: "ha", value: true, reason: "No such." }] }),
    ],
    {
      unmanaged: { count: 1, objects: [{ kind: "port", id: "1", name: "theirs" }] },
      source_changes: {
        changes: [{ kind: "network", name: "front", attribute: "mtu", planned: 1500, now: 9000 }],
      },
      survey: { at: "", unknown: [], findings: [{ kind: "network", name: "old", message: "It is gone." }] },
    },
  )
  t.strictSame(titlesOf(report), [
    "Request",
    "Missing",
    "Differences",
    "Unmanaged objects",
    "Changes at the source since planning",
    "Database and source cloud differ",
    "Not copied",
    "Attributes not copied",
    "In the marketplace",
    "Options",
    "Objects by kind",
    "Mapped values",
    "All objects",
    "Stages",
  ])
})

t.test(
  "objects with the same cause are one row, although each rejection has its own request id",
  async (t) => {
    const failed = ports(20, { outcome: "failed", destination: "" }).map((one, index) => ({
      ...one,
      reason: `B: network POST /ports answered 409: Full. (req-${index})`,
    }))
    const skipped = ports(900, { outcome: "skipped", destination: "", reason: 'port "x" failed.' })
    const rows = tableOf(reportOf([...failed, ...skipped]), "Missing")
    t.strictSame(
      rows.map(([kind, , count]) => [kind, count]),
      [
        ["port", 20],
        ["port", 900],
      ],
    )
    t.match(rows[1]?.[3], /port-7 and 892 more$/)
  },
)

t.test("a deleted or new object is described in words, not by its id", async (t) => {
  const report = reportOf(
    [object({ outcome: "different", differences: [{ attribute: "id", expected: "x", seen: null }] })],
    {
      source_changes: {
        changes: [
          { kind: "network", name: "front", attribute: "id", planned: "12", now: null },
          { kind: "network", name: "fresh", attribute: "id", planned: null, now: "13" },
        ],
      },
    },
  )
  t.strictSame(tableOf(report, "Differences"), [["network", "front", "", "exists", "deleted"]])
  t.strictSame(tableOf(report, "Changes at the source since planning"), [
    ["network", "front", "", "existed", "deleted"],
    ["network", "fresh", "", "did not exist", "exists"],
  ])
})

t.test(
  "a source that could not be read is reported with the attributes that are unknown for that reason",
  async (t) => {
    const report = reportOf([object()], {
      survey: {
        at: "2026-03-02T09:15:41.311Z",
        unread: "A cannot be reached.",
        unknown: ["subnet.ipv6_ra_mode", "subnet.service_types", "network.dns_domain"],
        findings: [],
      },
      source_changes: { unread: "A cannot be reached.", changes: [] },
    })
    const { sections } = composeReport(report)
    t.match(
      sections.find(({ title }) => title === "The source could not be read")?.note,
      /failed: A cannot be reached\. The copy follows the marketplace's database instead/,
    )
    t.strictSame(tableOf(report, "The source could not be read"), [
      ["subnet", "ipv6_ra_mode, service_types"],
      ["network", "dns_domain"],
    ])
    t.match(
      sections.find(({ title }) => title === "Changes at the source since planning")?.note,
      /could not read the source: A cannot be reached/,
    )
  },
)

t.test("values of Neutron's lists have a short form", async (t) => {
  const mapped = (attribute: string, source: unknown, destination: unknown) =>
    object({ outcome: "mapped", mapped: [{ attribute, source, destination }] })
  const report = reportOf([
    mapped(
      "allocation_pools",
      [{ start: "10.1.0.2", end: "10.1.0.9" }],
      [{ start: "10.2.0.2", end: "10.2.0.9" }],
    ),
    mapped("host_routes", [{ destination: "10.3.0.0/24", nexthop: "10.1.0.5" }], []),
    mapped("fixed_ips", [{ subnet_id: "front", ip_address: "10.1.0.5" }], null),
    mapped("allowed_address_pairs", [{ ip_address: "10.1.0.5", mac_address: "fa:16:3e:00:00:01" }], ""),
  ])
  t.strictSame(
    tableOf(report, "Mapped values").map(([, , , values]) => values),
    [
      "10.1.0.2 to 10.1.0.9 → 10.2.0.2 to 10.2.0.9",
      "10.3.0.0/24 via 10.1.0.5 → none",
      "10.1.0.5 in front → none",
      "10.1.0.5 with fa:16:3e:00:00:01 → none",
    ],
  )
})

t.test("a large report stays readable", async (t) => {
  const report = reportOf([
    ...ports(1_000, {}),
    ...ports(700, { outcome: "mapped", mapped: [{ attribute: "mtu", source: 1, destination: 2 }] }),
    ...ports(100, {
      outcome: "different",
      differences: [{ attribute: "name", expected: "a", seen: "b" }],
    }),
  ])
  const document = composeReport(report)
  const text = markdownReport(document)
  t.ok(text.split("\n").length < 150, "Markdown has a page or two")
  t.match(text, /The JSON form lists 40 more rows\./, "and states what it cuts")
  const page = htmlReport(document)
  t.match(page, /<details><summary>port: 1,800 objects<\/summary>/, "HTML folds the list of all objects")
  t.ok(page.includes("port-999"), "which lists each")
})

t.test("a migration in progress is reported with the number of objects that exist", async (t) => {
  const report = reportOf([object(), object({ outcome: "open", destination: "" })], {
    state: "CREATING",
    finished: null,
    seconds: null,
    verification: null,
    unmanaged: null,
    source_changes: null,
    survey: null,
    stages: [],
  })
  const { summary, tone } = composeReport(report)
  t.equal(summary, "In progress: 1 of 2 planned objects exist.")
  t.equal(tone, "busy")
  t.ok(htmlReport(composeReport(report)).includes("not yet"))
})

t.test("a migration that was rolled back is reported as such, with what remains", async (t) => {
  const removed = [
    object({ outcome: "removed", destination: "" }),
    object({ outcome: "removed", destination: "" }),
  ]
  const report = reportOf(removed, {
    state: "ERRED",
    error_message: "Rolled back.",
    actions: [{ at: "2026-03-02T10:00:00.000Z", action: "rollback", by: "Mari Maasikas" }],
    rollback: {
      requested_by: "Mari Maasikas",
      finished_at: "2026-03-02T10:00:09.000Z",
      remaining: ['network "theirs"'],
    },
  })
  const { summary, tone, tiles, sections } = composeReport(report)
  t.equal(summary, "Rolled back at 2026-03-02 10:00:09 UTC, as requested by Mari Maasikas.")
  t.equal(tone, "plain")
  t.ok(tiles.some(({ label, count }) => label === "removed by the rollback" && count === 2))
  const [request] = sections[0]?.blocks ?? []
  t.match(request && "facts" in request ? request.facts.slice(-3) : [], [
    ["Rollback requested by", "Mari Maasikas, 2026-03-02 10:00:00 UTC"],
    ["Remaining after the rollback", 'network "theirs"'],
    ["Migration", /./],
  ])
})

t.test("stages are drawn on the time of the run, and what came later is not", async (t) => {
  const stage = (name: string, started: string, finished: string) => ({
    name,
    state: "done",
    attempts: 1,
    started: `2026-03-02T${started}.000Z`,
    finished: `2026-03-02T${finished}.000Z`,
    seconds: 1,
    calls: 1,
    writes: 0,
  })
  const report = reportOf([object()], {
    started: "2026-03-02T09:00:00.000Z",
    finished: "2026-03-02T09:00:10.000Z",
    stages: [
      stage("network", "09:00:00", "09:00:05"),
      stage("subnet", "09:00:05", "09:00:10"),
      stage("verify", "12:00:00", "12:00:01"),
    ],
  })
  t.strictSame(
    tableOf(report, "Stages").map(([, span]) => span),
    [
      { from: 0, to: 0.5 },
      { from: 0.5, to: 1 },
      { from: 1, to: 1 },
    ],
  )
})

t.test("what the marketplace has of the copy is shown with its prices", async (t) => {
  const { marketplace } = reportOf([])
  const item = { name: "copy / CPU", quantity: "8.00", unit: "month", unit_price: "5.00", price: "40.00" }
  const period = { start: "2026-03-02T09:15:41.311Z", end: "2026-03-31T23:59:59.999Z" }
  const report = reportOf([object()], {
    marketplace: {
      ...marketplace,
      order: { uuid: "0a", state: "done" },
      offerings: [{ uuid: "0b", name: "Volume in copy", type: "OpenStack.Volume", state: "Active" }],
      invoice: {
        uuid: "0c",
        month: "2026-03",
        state: "pending",
        items: [{ ...item, ...period }],
        total: "40.00",
      },
      prices: { before: { amount: "44.00", per: "month" }, after: null },
    },
  })
  const { blocks } = composeReport(report).sections.find(({ title }) => title === "In the marketplace") ?? {
    blocks: [],
  }
  t.strictSame(blocks, [
    {
      facts: [
        ["Resource", `copy (${marketplace.resource.uuid}), OK`],
        ["Order", "0a, done"],
        ["Price", "44.00 per month → none"],
        ["Offerings", "Volume in copy (Active)"],
        ["Invoice", "2026-03, pending, 40.00 without taxes"],
      ],
    },
    {
      columns: ["Invoice item", "Quantity", "Unit price", "Price", "Until"],
      rows: [["copy / CPU", "8.00", "5.00 per month", "40.00", "2026-03-31 23:59:59 UTC"]],
    },
  ])
  const none = composeReport(reportOf([object()]))
  t.strictSame(none.sections.find(({ title }) => title === "In the marketplace")?.blocks, [
    { facts: [["Resource", `copy (${marketplace.resource.uuid}), OK`]] },
  ])
})

t.test("an amount keeps its digits", async (t) => {
  for (const [decimal, text] of [
    ["5.0000000000", "5.00"],
    ["0.1250", "0.125"],
    ["12", "12.00"],
    ["0", "0.00"],
    ["12345678901234567890.1", "12345678901234567890.10"],
  ] as const)
    t.equal(amountText(decimal), text)
})
