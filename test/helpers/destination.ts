import type { Queryable } from "../../host/waldur/insert.ts"
import {
  createHandlers,
  type Destination,
  type HandlerSwitches,
  selectHandlers,
} from "../../src/handlers/index.ts"
import { readProjectQuota } from "../../src/kinds/project-quota.ts"
import { type Cloud, CloudError, type CloudRequest, type Port } from "../../src/openstack/index.ts"
import type { Marketplace, TestResource } from "./marketplace.ts"

/** What a cloud shows, by service and path, e.g. `compute /flavors/detail`. It refuses everything else. */
export type Answers = Readonly<Record<string, unknown>>

/** A destination without a cloud. */
export function destinationOf(answers: Answers, ports: readonly Partial<Port>[] = []): Destination {
  const answer = ({ service, path }: Pick<CloudRequest, "service" | "path">) => {
    const found = answers[`${service} ${path}`]
    if (found === undefined) throw new Error(`${service} ${path} is refused`)
    return found
  }
  const cloud = {
    name: "B",
    call: async (request: CloudRequest) => answer(request),
    list: async (request: CloudRequest) => answer(request),
  } as unknown as Cloud
  return {
    cloud,
    projectId: "p",
    quotas: async (service) => (await readProjectQuota(cloud, service, "p")).details,
    ports: async () => ports as readonly Port[],
    read: (_, reading) =>
      reading().catch((error: Error) => {
        if (error instanceof CloudError || /is refused/.test(error.message)) return undefined
        throw error
      }),
  }
}

/** Reads a destination and writes its rows, as a run does at its end. */
export async function writeDestination(
  { db, rows }: Marketplace,
  { id: resourceId, tenantId }: TestResource,
  destination: Destination,
  { switches, at = "2026-11-27T23:29:12.141Z" }: { switches?: HandlerSwitches; at?: string } = {},
): Promise<void> {
  const handlers = createHandlers({
    handlers: selectHandlers(switches),
    host: {},
    queueSchema: "graphile_worker",
    now: () => new Date(at),
  })
  const write = await handlers.readDestination(destination)
  const settingsId = rows.destination.settings.id
  await db.transaction().execute(async (trx) => {
    await trx.selectFrom("openstack_tenant").select("id").where("id", "=", tenantId).forUpdate().execute()
    await write(trx, { tenantId, settingsId, resourceId })
  })
}

/** Runs a transaction of Waldur's that commits while ours waits for it. */
export async function besideWaldur(
  { pool }: Marketplace,
  change: (waldur: Queryable) => Promise<unknown>,
  ours: () => Promise<void>,
): Promise<void> {
  const waldur = await pool.connect()
  try {
    await waldur.query("begin")
    await change(waldur)
    const written = ours()
    await waldur.query("select pg_sleep(0.2)")
    await waldur.query("commit")
    await written
  } finally {
    waldur.release()
  }
}
