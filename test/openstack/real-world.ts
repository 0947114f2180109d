import type pg from "pg"
import { type MigrationClient, migrationClient } from "../../host/client.ts"
import type { ReachableCloud } from "../../host/cloud-file.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import type { ImportedTenant } from "../../host/import/tenant.ts"
import { buildServer } from "../../host/server.ts"
import { waitUntilEnded } from "../../host/wait-until-ended.ts"
import type { ReplicationOptions } from "../../plugin/index.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { type CallRecord, type Cloud, connectCloud } from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { type Session, signInAdmin } from "../cloud/session.ts"
import { removeProject } from "../cloud/tenant.ts"
import { type Json, madeList } from "../cloud/wire.ts"
import { withDatabase } from "../helpers/database.ts"
import { createSourceTenant, type SourceTenant } from "../helpers/source-tenant.ts"

/** The reference host on a real PostgreSQL, with one real cloud that is source and destination. */
export interface RealWorld {
  /** The host's address. */
  readonly url: string
  readonly pool: pg.Pool
  readonly rows: DemoRows
  /** The test's own client of the cloud. */
  readonly cloud: Cloud
  readonly owner: MigrationClient
  /** Options of the plugin for a further worker on this cloud. */
  readonly options: ReplicationOptions
  /** Returns the calls of the plugin since the previous call of this. */
  takeCalls(): readonly CallRecord[]
  /** Creates a tenant in the cloud and its rows in the database. @param more creates more in the project before */
  importTenant(spec: TenantSpec, more?: (projectId: string) => Promise<void>): Promise<SourceTenant>
  /** Requests a replication as the owner and waits until it is OK. @throws Error with its message where it fails */
  replicate(tenant: ImportedTenant, body: Readonly<Record<string, unknown>>): Promise<Replicated>
  /** Requests a replication as the owner. */
  create(tenant: ImportedTenant, body: Readonly<Record<string, unknown>>): Promise<MigrationDetails>
  /** Waits until a migration has ended. */
  ended(uuid: string): Promise<MigrationDetails>
  copyOf(uuid: string): Promise<Omit<Replicated, "migration">>
  /** Returns projects that exist, and what they contain. */
  leftOf(projectIds: readonly string[]): Promise<readonly Json[]>
}

export interface RealWorldOptions extends Partial<ReplicationOptions> {
  /** Keystone's address for the destination alone, e.g. of a proxy. @default the cloud's own */
  readonly destinationUrl?: string
}

export interface Replicated {
  readonly migration: MigrationDetails
  /** The migration's key in the database. */
  readonly id: number
  /** OpenStack's id of the copy. */
  readonly projectId: string
}

/** Two processes of a service execute no more than four calls at once; a bulk of ports takes them ten seconds. */
const limits = { requestsPerSecond: 1_000, inFlight: 4, timeoutMs: 300_000 }

/**
 * Deletes everything that the test or the plugin has created in the cloud.
 * @throws Error where something cannot be deleted
 */
export function withRealWorld(
  target: ReachableCloud,
  run: (world: RealWorld) => Promise<void>,
  { destinationUrl = target.authUrl, ...options }: RealWorldOptions = {},
): Promise<void> {
  return withDatabase(async ({ pool }) => {
    const { authUrl, region, username, password, projectName, userDomain, projectDomain } = target
    const signIn = { authUrl, region, username, password, projectName, userDomain, projectDomain }
    const facts = (name: string, authUrl: string) => ({ ...target, connection: { ...signIn, authUrl, name } })
    const rows = await createDemoRows(pool, {
      source: facts("A", authUrl),
      destination: facts("B", destinationUrl),
    })
    const cloud = connectCloud({ ...signIn, ...limits, name: "the cloud" })
    let calls: CallRecord[] = []
    const settings = {
      pool,
      connection: (_: unknown, defaults: CloudConnection) => ({ ...defaults, ...limits, region }),
      onCall: (call: CallRecord) => calls.push(call),
      ...options,
    }
    const app = await buildServer(settings)
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    const owner = migrationClient(url, rows.users.owner.token)
    const sources = new Set<string>()
    try {
      const create: RealWorld["create"] = (tenant, body) =>
        owner.create({
          src_resource: tenant.resourceUuid,
          dst_offering: rows.destination.offering.uuid,
          dst_plan: rows.destinationPlan.uuid,
          ...body,
        })
      await run({
        url,
        pool,
        rows,
        cloud,
        owner,
        options: settings,
        takeCalls() {
          const taken = calls
          calls = []
          return taken
        },
        importTenant: (spec, more) =>
          createSourceTenant({ pool, cloud, rows }, spec, {
            externalNetworkId: target.externalNetworkId,
            limits: { cores: 8, ram: 16_384 },
            async more(projectId) {
              sources.add(projectId)
              await more?.(projectId)
            },
          }),
        async replicate(tenant, body) {
          const { uuid } = await create(tenant, body)
          const migration = await untilEnded(owner, uuid)
          if (migration.state !== "OK") throw new Error(migration.error_message)
          return { migration, ...(await findCopy(pool, uuid)) }
        },
        create,
        ended: (uuid) => untilEnded(owner, uuid),
        copyOf: (uuid) => findCopy(pool, uuid),
        leftOf: async (projects) => leftovers(await signInAdmin(target), new Set(projects)),
      })
    } finally {
      await app.close()
      await cloud.close()
      await removeAll(pool, target, sources)
    }
  })
}

/** A real cloud takes minutes for a large tenant. */
function untilEnded(client: MigrationClient, uuid: string): Promise<MigrationDetails> {
  return waitUntilEnded(() => client.retrieve(uuid), { pollMs: 200, deadlineMs: 3_600_000 })
}

async function findCopy(pool: pg.Pool, uuid: string): Promise<Pick<Replicated, "id" | "projectId">> {
  const { rows } = await pool.query<{ id: number; projectId: string }>(
    `select migration.id, object.backend_id as "projectId" from openstack_replication.object object
       join waldur_openstack_replication_migration migration on migration.id = object.migration_id
     where migration.uuid = $1 and object.kind = 'project'`,
    [uuid],
  )
  const [found] = rows
  if (found === undefined) throw new Error(`Migration ${uuid} has no project.`)
  return found
}

async function removeAll(pool: pg.Pool, target: ReachableCloud, sources: Iterable<string>): Promise<void> {
  const { rows } = await pool.query<{ kind: string; id: string }>(
    `select kind, backend_id as id from openstack_replication.object
     where kind in ('project', 'user') and backend_id is not null`,
  )
  const ids = (kind: string) => rows.filter((row) => row.kind === kind).map(({ id }) => id)
  const admin = await signInAdmin(target)
  for (const id of ids("user")) await admin.identity("DELETE", `/users/${id}`)
  const projects = [...sources, ...ids("project")]
  for (const id of projects) await removeProject(admin, id)
  await refuseLeftovers(admin, new Set(projects))
}

async function refuseLeftovers(admin: Session, projects: ReadonlySet<string>): Promise<void> {
  const left = await leftovers(admin, projects)
  if (left.length > 0) throw new Error(`Left in the cloud: ${JSON.stringify(left)}`)
}

/** Returns those of the projects that exist, and what they contain. */
async function leftovers(
  { identity, network }: Session,
  projects: ReadonlySet<string>,
): Promise<readonly Json[]> {
  const left = madeList(await identity("GET", "/projects")).filter(({ id }) => projects.has(String(id)))
  for (const path of [
    "networks",
    "subnets",
    "routers",
    "ports",
    "security-groups",
    "rbac-policies",
    "address-groups",
    "qos/policies",
    "trunks",
  ]) {
    // Not by project: listing the groups of a project lets Neutron create its default group again.
    const all = madeList(await network("GET", `/${path}?fields=id&fields=name&fields=project_id`))
    left.push(...all.filter(({ project_id }) => projects.has(String(project_id))))
  }
  return left
}
