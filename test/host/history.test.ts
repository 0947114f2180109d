import t from "tap"
import { writeHistory } from "../../host/demo/history.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a demo tenant has usages, flavors, images, offerings and an invoice since the month began", (t) =>
  withWorld(
    async ({ pool, rows, sourceCloud, importTenant }) => {
      const spec = demoTenant("small")
      const tenant = await importTenant(spec)
      const place = { cloud: sourceCloud, projectId: tenant.projectId, settingsId: rows.source.settings.id }
      await writeHistory(pool, tenant, place)
      const machines = new Set(spec.ports.flatMap(({ instance }) => instance ?? [])).size
      const all = async (text: string) => (await pool.query(text)).rows
      t.match(await all(`select current_usages from marketplace_resource where id = ${tenant.resourceId}`), [
        { current_usages: { cores: machines, ram: 1_024 * machines } },
      ])
      t.strictSame(
        await all(`select quota.name, delta::int from quotas_quotausage quota
          join django_content_type type on type.id = content_type_id
          where type.model = 'project' and quota.name like 'vpc%' order by quota.id`),
        [
          { name: "vpc_cpu_count", delta: machines },
          { name: "vpc_ram_size", delta: 1_024 * machines },
          { name: "vpc_instance_count", delta: machines },
        ],
      )
      for (const [linked, count] of [
        ["flavor", 3],
        ["image", 1],
      ] as const)
        t.equal(
          (await all(`select from openstack_${linked}_tenants where tenant_id = ${tenant.tenantId}`)).length,
          count,
          linked,
        )
      t.strictSame(
        await all("select name from marketplace_offering where parent_id is not null order by id"),
        [{ name: `Virtual machine in ${tenant.name}` }, { name: `Volume in ${tenant.name}` }],
      )
      t.strictSame(
        await all(`select total_price::float, (select count(*)::int from invoices_invoiceitem
            where resource_id = ${tenant.resourceId} and start = date_trunc('month', now() at time zone 'utc') at time zone 'utc') as items
          from invoices_invoice`),
        [{ total_price: 71, items: 4 }],
      )
      t.strictSame(await all("select total from billing_priceestimate"), [{ total: 71 }, { total: 71 }])
      t.strictSame(await all('select "end" from marketplace_resourceplanperiod'), [{ end: null }])
    },
    { worker: false },
  ),
)
