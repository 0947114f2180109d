import type pg from "pg"
import type { DemoRows } from "../../host/demo/rows.ts"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { type ImportedTenant, importTenant } from "../../host/import/tenant.ts"
import type { Cloud } from "../../src/openstack/index.ts"

export type SourceTenant = ImportedTenant & { readonly projectId: string }

/** A host's database and its source cloud. */
export interface Source {
  readonly pool: pg.Pool
  readonly cloud: Cloud
  readonly rows: Pick<DemoRows, "source" | "project">
}

export interface SourceOptions {
  /** What routers with an external gateway use. @default the first external network */
  readonly externalNetworkId?: string
  /** More that is created in the project before it is imported. */
  readonly more?: ((projectId: string) => Promise<void>) | undefined
  readonly limits?: Readonly<Record<string, number>>
}

const demoLimits = { cores: 8, ram: 16_384, gigabytes_standard: 100, gigabytes_ssd: 50 }

/** Creates a tenant in the source cloud, in a project of its own, and its rows in the host's database. */
export async function createSourceTenant(
  { pool, cloud, rows }: Source,
  spec: TenantSpec,
  { more, limits = demoLimits, ...options }: SourceOptions = {},
): Promise<SourceTenant> {
  const projectName = `${spec.name.slice(0, 40)}-${Math.random()}`
  const { projectId, instances } = await seedTenant(cloud, spec, { projectName, ...options })
  await more?.(projectId)
  const tenant = await importTenant(pool, cloud, {
    projectId,
    instances,
    settingsId: rows.source.settings.id,
    project: rows.project,
    offering: rows.source.offering,
    plan: rows.source.plan,
    limits,
  })
  return { ...tenant, projectId }
}
