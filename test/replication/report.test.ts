import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource, deleteResource, listResources } from "../../src/openstack/index.ts"
import type { Report } from "../../src/report/report.ts"
import { ask } from "../helpers/http.ts"
import { act, untilVerified } from "../helpers/migration.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const address = (world: TestWorld, uuid: string) => `${world.url}/api/openstack-migrations/${uuid}/report/`

async function reportOf(world: TestWorld, uuid: string): Promise<Report> {
  const { status, body } = await ask(address(world, uuid), { token: world.rows.users.owner.token })
  if (status !== 200) throw new Error(`report returned ${status}: ${JSON.stringify(body)}`)
  return body as Report
}

const [subnet] = demoTenant("small").subnets
const mapped = {
  sync_instance_ports: true,
  subnets: [{ src_cidr: subnet?.cidr, dst_cidr: "10.177.0.0/24" }],
}

t.test("a report has the request, the treatment of each attribute, and the calls", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, { name: "the copy", mappings: mapped })
      const early = await reportOf(world, uuid)
      t.equal(early.uuid, uuid, "it exists while the migration runs")
      await world.ended(uuid)
      const report = await reportOf(world, uuid)
      const progress = await world.owner.progress(uuid)
      t.match(report, {
        uuid,
        state: "OK",
        source: { cloud: /region A/ },
        destination: { resource: "the copy", cloud: /region B/ },
        request: {
          by: "Olga Example",
          subnets: [{ source: subnet?.cidr, destination: "10.177.0.0/24" }],
          networks: [],
          sync_instance_ports: true,
        },
        marketplace: {
          resource: { uuid: /^[0-9a-f]{32}$/, name: "the copy", state: "OK" },
          order: { state: "done" },
          offerings: [
            { name: "Virtual machine in the copy", type: "OpenStack.Instance", state: "Active" },
            { name: "Volume in the copy", type: "OpenStack.Volume", state: "Active" },
          ],
          invoice: { state: "pending" },
          // 8 cores for 5, 16 GiB of RAM for 1, 150 GB of storage for 0.1 each.
          prices: { before: { amount: "71.00", per: "month" }, after: { amount: "71.00", per: "month" } },
        },
        verification: { compared: report.objects.length - report.outcomes.omitted, differences: 0 },
        unmanaged: { count: 0 },
        source_changes: { changes: [] },
        rollback: null,
        calls: progress.calls,
        writes: progress.writes,
      })
      t.strictSame(
        report.marketplace.invoice?.items.map(({ unit_price, price }) => [unit_price, price]),
        [
          ["5.00", "40.00"],
          ["1.00", "16.00"],
          ["0.10", "10.00"],
          ["0.10", "5.00"],
        ],
      )
      t.equal(report.marketplace.invoice?.total, "71.00")
      const own = report.objects.find(({ kind, name }) => kind === "subnet" && name === subnet?.name)
      t.match(own, {
        outcome: "mapped",
        mapped: [{ attribute: "cidr", source: subnet?.cidr, destination: "10.177.0.0/24" }],
      })
      t.ok(own?.kept.includes("enable_dhcp"))
      t.notOk(own?.kept.includes("cidr"))
      const port = report.objects.find(({ kind, outcome }) => kind === "port" && outcome === "mapped")
      t.match(
        port?.mapped.find(({ attribute }) => attribute === "fixed_ips"),
        { destination: [{ subnet_id: subnet?.name, ip_address: /^10\.177\.0\./ }] },
        "other objects have their names, not their ids",
      )
      t.match(
        report.objects.find(({ kind }) => kind === "gateway"),
        {
          outcome: "dropped",
          dropped: [{ attribute: "external_fixed_ips", reason: /^The destination assigns addresses/ }],
        },
      )
      const left = report.objects.filter(({ outcome }) => outcome === "omitted")
      t.ok(left.length > 0 && left.every(({ reason, destination }) => reason !== "" && destination === ""))
      const counted = Object.values(report.outcomes).reduce((sum, one) => sum + one, 0)
      t.equal(counted, report.objects.length, "each object has one outcome")
      const stages = report.stages.filter(({ attempts }) => attempts > 0)
      t.ok(stages.every(({ state, seconds }) => state === "done" && seconds !== null))
      t.equal(stages.at(-1)?.name, "verify")

      const { rows } = await world.pool.query<{ user_password: string }>(
        "select user_password from openstack_tenant order by id desc limit 1",
      )
      t.notOk(JSON.stringify(report).includes(rows[0]?.user_password ?? ""), "without a password")
    },
    { remapPorts: true },
  ),
)

t.test("a report has failures, differences and the reason why the source cannot be read", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    await world.pool.query("update structure_servicesettings set password = 'changed' where id = $1", [
      world.rows.source.settings.id,
    ])
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "ports"
        ? { status: 409, body: { NeutronError: { type: "OverQuota", message: "Full.", detail: "" } } }
        : undefined
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const migration = await world.ended(uuid)
    const own = { project_id: await world.projectOf(migration) }
    const [rule] = await listResources(world.destinationCloud, "security-group-rules", own)
    await deleteResource(world.destinationCloud, "security-group-rules", rule?.id ?? "")
    await createResource(world.destinationCloud, "networks", { ...own, name: "theirs" })
    const { token } = world.rows.users.owner
    await act(world, uuid, "verify")
    await untilVerified(world, uuid)

    const report = await reportOf(world, uuid)
    t.match(report, {
      state: "ERRED",
      outcomes: { failed: 10, different: 1 },
      unmanaged: { count: 1, objects: [{ kind: "network", name: "theirs" }] },
      survey: { unread: /sign in/ },
      source_changes: { unread: /sign in/, changes: [] },
    })
    t.ok(report.survey?.unknown.includes("subnet.ipv6_ra_mode"))
    t.ok(report.actions.some(({ action, by }) => action === "verify" && by === "Olga Example"))
    for (const { reason } of report.objects.filter(({ outcome }) => outcome === "failed")) {
      t.match(reason, /answered 409: Full \(req-/)
    }
    const { body } = await ask(`${address(world, uuid)}?format=markdown`, { token })
    for (const words of [
      "**ERRED.** 10 of 50 objects are missing.",
      "## Missing",
      "| network | theirs |",
      "## The source could not be read",
      "| exists | deleted |",
    ]) {
      t.ok(String(body).includes(words), words)
    }
  }),
)

t.test("a report leaves out what handlers that are off would write, and needs no tables of theirs", (t) =>
  withWorld(
    async (world) => {
      await world.pool.query(
        "drop table invoices_invoiceitem, invoices_invoice, marketplace_plancomponent cascade",
      )
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")), { name: "the copy" })
      await world.ended(uuid)
      t.match((await reportOf(world, uuid)).marketplace, {
        resource: { name: "the copy", state: "OK" },
        order: null,
        offerings: null,
        invoice: null,
        prices: null,
      })
    },
    { handlers: { billing: false, orders: false, subResourceOfferings: false } },
  ),
)

t.test("a report has the format that the client prefers", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const { token } = world.rows.users.owner
      const [json, markdown, html] = [
        "application/json",
        "text/markdown; charset=utf-8",
        "text/html; charset=utf-8",
      ] as const
      const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
      for (const [query, accept, want] of [
        ["", undefined, json],
        ["", "*/*", json],
        ["", "application/json", json],
        ["", "text/markdown", markdown],
        ["", "text/html", html],
        ["", browser, html],
        ["", "text/html;q=0.5, text/markdown", markdown],
        ["", "text/*;q=0.1, application/json;q=0", markdown],
        ["?format=json", browser, json],
        ["?format=markdown", browser, markdown],
        ["?format=html", "application/json", html],
        ["", "image/png", 406],
        ["?format=pdf", undefined, 404],
        ["?format=toString", undefined, 404],
        ["?format=", undefined, 404],
      ] as const) {
        const answer = await ask(address(world, uuid) + query, {
          token,
          headers: accept === undefined ? {} : { accept },
        })
        const title = `${query} ${accept}: ${want}`
        if (typeof want === "number") t.equal(answer.status, want, title)
        else t.equal(answer.headers.get("content-type"), want, title)
      }
      const page = await ask(`${address(world, uuid)}?format=html`, { token })
      t.match(page.headers.get("content-security-policy"), /^default-src 'none'/)
      t.equal(page.headers.get("x-content-type-options"), "nosniff")
      t.equal(page.headers.get("vary"), "Accept")
      t.match(page.body, /^<!doctype html>/)
      const other = await ask(`${world.url}/api/openstack-migrations/${uuid}/?format=html`, { token })
      t.equal(other.status, 404, "other addresses respond with JSON only")
    },
    { worker: false },
  ),
)
