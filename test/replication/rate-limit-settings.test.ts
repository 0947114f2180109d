import t from "tap"
import { prepare } from "../../plugin/start.ts"
import { type Cloud, listResources } from "../../src/openstack/index.ts"
import { withWorld } from "../helpers/world.ts"

t.test(
  "service settings of one cloud share its rate limit, and those of its other regions have their own",
  (t) =>
    withWorld(
      async ({ pool, rows, app }) => {
        const { source, destination } = rows
        const limiters = async () => {
          const { rows } = await pool.query(
            "select settings_id as id from openstack_replication.limiter order by 1",
          )
          return rows.map(({ id }) => id)
        }
        const use = async (cloud: Cloud) => void (await listResources(cloud, "networks"))
        // The source's settings become further settings of the destination's cloud, with another user.
        await pool.query(
          `update structure_servicesettings mine set backend_url = other.backend_url || '/',
           username = other.username, password = other.password, domain = other.domain, options = other.options
         from structure_servicesettings other where mine.id = $1 and other.id = $2`,
          [source.settings.id, destination.settings.id],
        )
        const { ctx } = await prepare({ pool }, app.log)
        await Promise.all(
          [source, destination].map(async ({ settings }) => use(await ctx.clouds.get(settings.id))),
        )
        t.strictSame(await limiters(), [Math.min(source.settings.id, destination.settings.id)])

        await pool.query(
          "update structure_servicesettings set options = options::jsonb - 'region' where id = $1",
          [destination.settings.id],
        )
        await use(await ctx.clouds.get(destination.settings.id))
        t.equal((await limiters()).length, 2)
        await ctx.clouds.close()
      },
      { worker: false },
    ),
)

t.test("options of a cloud's settings set its rate limit, and those that are not numbers are ignored", (t) =>
  withWorld(
    async ({ pool, rows, app }) => {
      const { id } = rows.destination.settings
      const seen: unknown[] = []
      const { ctx } = await prepare(
        {
          pool,
          connection(_, defaults) {
            const { requestsPerSecond, inFlight, timeoutMs } = defaults
            seen.push([requestsPerSecond, inFlight, timeoutMs])
            return defaults
          },
        },
        app.log,
      )
      for (const options of [
        { requests_per_second: 2.5, requests_in_flight: 3, request_timeout: 30 },
        { requests_per_second: "20", requests_in_flight: 0, request_timeout: "long" },
      ]) {
        await pool.query(
          "update structure_servicesettings set options = options::jsonb || $2::jsonb where id = $1",
          [id, JSON.stringify(options)],
        )
        await ctx.clouds.get(id)
      }
      t.strictSame(seen, [
        [2.5, 3, 30_000],
        [20, undefined, undefined],
      ])
      await ctx.clouds.close()
    },
    { worker: false },
  ),
)
