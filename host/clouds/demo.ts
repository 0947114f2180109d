import { homedir } from "node:os"
import { resolve } from "node:path"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { type Cloud, connectCloud, listResources, type Network } from "../../src/openstack/index.ts"
import { openHostDatabase } from "../database.ts"
import type { CloudFacts } from "../demo/cloud-facts.ts"
import type { Demo } from "../demo/demo.ts"
import { writeHistory } from "../demo/history.ts"
import { createDemoRows } from "../demo/rows.ts"
import type { Limits } from "../import/quota-rows.ts"
import { importTenant } from "../import/tenant.ts"
import { connectionOf } from "./connection.ts"
import type { Definition } from "./definition.ts"
import { loadDefinitions } from "./definitions.ts"
import {
  chooseExternalNetwork,
  declaredExternalNetwork,
  limitsOf,
  type SeenCloud,
  seeCloud,
} from "./facts.ts"
import { findSource, type Source } from "./source-project.ts"

/** The clouds of clouds.yaml to use, and the project to copy. */
export interface CloudChoice {
  /** Path of clouds.yaml; undefined: where OpenStack's clients look for it. */
  readonly file: string | undefined
  readonly source: string
  readonly destination: string
  /** Name or id. @default the project that the source's credentials are scoped to */
  readonly sourceProject: string | undefined
  /** Name or id, in the destination. @default see `chooseExternalNetwork` */
  readonly externalNetwork: string | undefined
}

/**
 * Creates a demo on the user's own clouds, with the rows of a project of one of them. The clouds are only read.
 * @throws UsageError, CloudError
 */
export async function createCloudsDemo(choice: CloudChoice, databaseUrl: string | undefined): Promise<Demo> {
  const { env } = process
  // npm runs scripts in the package's folder; INIT_CWD is the folder in which npm was called.
  const place = { cwd: env.INIT_CWD ?? process.cwd(), home: homedir(), env }
  const file = choice.file === undefined ? undefined : resolve(place.cwd, choice.file)
  const [from, to] = loadDefinitions([choice.source, choice.destination], file, place)
  if (from === undefined || to === undefined)
    throw new Error("loadDefinitions returned fewer clouds than names")
  const connection = connectionOf(from, place)
  const destination = { connection: connectionOf(to, place), definition: to.definition }
  const source = await findSource(connection, choice.sourceProject)
  const cloud = connectCloud(source.connection)
  try {
    // A source project that needed a sign-in of its own has other credentials than the destination.
    const same = choice.source === choice.destination && source.connection === connection
    const read = await readClouds(cloud, choice, { source, same, destination })
    return await createDemo(cloud, choice, { ...read, projectId: source.projectId, databaseUrl })
  } finally {
    await cloud.close()
  }
}

interface CloudsRead {
  readonly source: CloudFacts
  /** The same object as `source` where it is one cloud. */
  readonly destination: CloudFacts
  readonly limits: Limits
}

async function readClouds(
  cloud: Cloud,
  choice: CloudChoice,
  {
    source,
    same,
    destination,
  }: {
    readonly source: Source
    readonly same: boolean
    readonly destination: { readonly connection: CloudConnection; readonly definition: Definition }
  },
): Promise<CloudsRead> {
  const [seen, other] = await Promise.all([
    seeCloud(cloud),
    same ? undefined : seeOther(destination.connection),
  ])
  const declared = declaredExternalNetwork(destination.definition)
  const external = chooseExternalNetwork(other ?? seen, {
    ...(choice.externalNetwork !== undefined && { wanted: choice.externalNetwork }),
    ...(declared !== undefined && { declared }),
    used: await usedNetworks(cloud, source.projectId, seen),
  })
  const facts = factsOf(source.connection, seen, same ? external : seen.externalNetworks[0])
  return {
    source: facts,
    destination: other ? factsOf(destination.connection, other, external) : facts,
    limits: await limitsOf(cloud, source.projectId, seen.volumeTypes),
  }
}

async function createDemo(
  cloud: Cloud,
  choice: CloudChoice,
  {
    limits,
    projectId,
    databaseUrl,
    ...clouds
  }: CloudsRead & { readonly projectId: string; readonly databaseUrl: string | undefined },
): Promise<Demo> {
  const database = await openHostDatabase(databaseUrl)
  const close = () => database.close()
  try {
    const rows = await createDemoRows(database.pool, clouds)
    const tenant = await importTenant(database.pool, cloud, {
      projectId,
      settingsId: rows.source.settings.id,
      project: rows.project,
      offering: rows.source.offering,
      plan: rows.source.plan,
      limits,
    })
    await writeHistory(database.pool, tenant, { cloud, projectId, settingsId: rows.source.settings.id })
    const copy = {
      name: `${tenant.name}-replica`,
      mappings: { sync_instance_ports: true, static_routes: "reachable" },
      description: `"${tenant.name}" from cloud ${choice.source} to cloud ${choice.destination}`,
    }
    return { database, rows, tenant, copy, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function seeOther(connection: CloudConnection): Promise<SeenCloud> {
  const cloud = connectCloud(connection)
  try {
    return await seeCloud(cloud)
  } finally {
    await cloud.close()
  }
}

/** Returns the external networks in which the project's routers have their gateways. */
async function usedNetworks(
  cloud: Cloud,
  projectId: string,
  { externalNetworks }: SeenCloud,
): Promise<readonly Network[]> {
  const routers = await listResources(cloud, "routers", { project_id: projectId })
  const ids = new Set(routers.map((router) => router.external_gateway_info?.network_id))
  return externalNetworks.filter(({ id }) => ids.has(id))
}

function factsOf(connection: CloudConnection, seen: SeenCloud, external: Network | undefined): CloudFacts {
  return {
    connection,
    title: connection.name,
    volumeTypes: seen.volumeTypes,
    ...(external !== undefined && { externalNetworkId: external.id }),
  }
}
