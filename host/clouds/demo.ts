import { homedir } from "node:os"
import { resolve } from "node:path"
import { type Cloud, connectCloud, listResources, type Network } from "../../src/openstack/index.ts"
import type { CloudConnection } from "../../src/openstack/types.ts"
import { openHostDatabase } from "../database.ts"
import type { CloudFacts } from "../demo/cloud-facts.ts"
import { createDemoRows } from "../demo/rows.ts"
import type { Demo } from "../demo/simulated.ts"
import { importTenant } from "../import/tenant.ts"
import { connectionOf } from "./connection.ts"
import { loadDefinitions } from "./definitions.ts"
import {
  chooseExternalNetwork,
  declaredExternalNetwork,
  limitsOf,
  type SeenCloud,
  seeCloud,
} from "./facts.ts"
import { findSource } from "./source-project.ts"

/** Which clouds of clouds.yaml, and what of them. */
export interface CloudChoice {
  /** clouds.yaml; undefined: where OpenStack's clients look for it. */
  readonly file: string | undefined
  readonly source: string
  readonly destination: string
  /** Name or id. @default the project that the source's credentials are scoped to */
  readonly sourceProject: string | undefined
  /** Name or id, in the destination. @default see `chooseExternalNetwork` */
  readonly externalNetwork: string | undefined
}

/**
 * A marketplace with the user's own clouds, and the rows of a project of one of them. The clouds are only read.
 * @throws UsageError, CloudError
 */
export async function createCloudsDemo(choice: CloudChoice, databaseUrl: string | undefined): Promise<Demo> {
  const { env } = process
  // npm runs scripts in the package's folder, and tells where it was called.
  const place = { cwd: env.INIT_CWD ?? process.cwd(), home: homedir(), env }
  const file = choice.file === undefined ? undefined : resolve(place.cwd, choice.file)
  const definitions = loadDefinitions([choice.source, choice.destination], file, place)
  const [from, to] = definitions.map((one) => connectionOf(one, place))
  if (from === undefined || to === undefined) throw new Error("two clouds were asked for")
  const source = await findSource(from, choice.sourceProject)
  const sameCloud = choice.source === choice.destination && source.connection === from

  const cloud = connectCloud(source.connection)
  try {
    const [seen, destination] = await Promise.all([seeCloud(cloud), sameCloud ? undefined : look(to)])
    const external = chooseExternalNetwork(destination ?? seen, {
      ...(choice.externalNetwork !== undefined && { wanted: choice.externalNetwork }),
      ...declaredIn(definitions[1]?.definition),
      used: await usedNetworks(cloud, source.projectId, seen),
    })
    const sourceFacts = factsOf(source.connection, seen, sameCloud ? external : seen.externalNetworks[0])
    const destinationFacts = destination ? factsOf(to, destination, external) : sourceFacts
    const limits = await limitsOf(cloud, source.projectId, seen.volumeTypes)

    const database = await openHostDatabase(databaseUrl)
    const close = () => database.close()
    try {
      const rows = await createDemoRows(database.pool, { source: sourceFacts, destination: destinationFacts })
      const tenant = await importTenant(database.pool, cloud, {
        projectId: source.projectId,
        settingsId: rows.source.settings.id,
        project: rows.project,
        offering: rows.source.offering,
        plan: rows.source.plan,
        limits,
      })
      const { name } = tenant
      return {
        database,
        rows,
        tenant,
        copy: {
          name: `${name}-replica`,
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
          description: `"${name}" from cloud ${choice.source} to cloud ${choice.destination}`,
        },
        close,
      }
    } catch (error) {
      await close()
      throw error
    }
  } finally {
    await cloud.close()
  }
}

async function look(connection: CloudConnection): Promise<SeenCloud> {
  const cloud = connectCloud(connection)
  try {
    return await seeCloud(cloud)
  } finally {
    await cloud.close()
  }
}

function declaredIn(definition: Parameters<typeof declaredExternalNetwork>[0] | undefined) {
  const declared = definition && declaredExternalNetwork(definition)
  return declared === undefined ? {} : { declared }
}

/** The external networks that the project's routers lead to. */
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
