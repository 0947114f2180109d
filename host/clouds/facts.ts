import {
  type Cloud,
  CloudError,
  getComputeQuota,
  getVolumeQuota,
  listResources,
  listVolumeTypes,
  type Network,
  type Quotas,
} from "../../src/openstack/index.ts"
import { UsageError } from "../command/usage-error.ts"
import type { Limits } from "../import/quota-rows.ts"
import { type Definition, isMapping } from "./definition.ts"

/** What the marketplace's rows hold of a cloud besides its connection. */
export interface SeenCloud {
  readonly externalNetworks: readonly Network[]
  /** Ids by name. */
  readonly volumeTypes: Readonly<Record<string, string>>
}

/** Reads it from the cloud. A cloud without a volume service has no volume types. */
export async function seeCloud(cloud: Cloud): Promise<SeenCloud> {
  const [externalNetworks, types] = await Promise.all([
    listResources(cloud, "networks", { "router:external": true }),
    unlessMissing(() => listVolumeTypes(cloud)),
  ])
  return {
    externalNetworks,
    volumeTypes: Object.fromEntries((types ?? []).map(({ name, id }) => [name, id])),
  }
}

/** Returns the project's quotas in the form of ordered limits; -1 is unlimited. */
export async function limitsOf(
  cloud: Cloud,
  projectId: string,
  types: SeenCloud["volumeTypes"],
): Promise<Limits> {
  const [compute, volume] = await Promise.all([
    unlessMissing(() => getComputeQuota(cloud, projectId)),
    unlessMissing(() => getVolumeQuota(cloud, projectId)),
  ])
  const { cores = -1, ram = -1 } = compute ?? {}
  return { cores, ram, ...typeLimits(volume ?? {}, Object.keys(types)) }
}

function typeLimits(quotas: Quotas, types: readonly string[]): Limits {
  return Object.fromEntries(
    types
      .map((type) => `gigabytes_${type}`)
      .flatMap((key) => (quotas[key] === undefined ? [] : [[key, quotas[key]]])),
  )
}

/** Returns undefined where the catalog lacks the service or the service refuses this user. */
async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof CloudError && error.retry === "no" && error.failure.path !== "/auth/tokens")
      return undefined
    throw error
  }
}

/**
 * Returns the external network for the gateways of the copy's routers: the requested one, else the one that clouds.yaml
 * declares, else that of the source's routers (by id, or in another cloud by name), else the first. undefined: the cloud
 * has no external network.
 * @param wanted name or id
 * @throws UsageError where the requested network does not exist
 */
export function chooseExternalNetwork(
  { externalNetworks }: Pick<SeenCloud, "externalNetworks">,
  {
    wanted,
    declared,
    used,
  }: {
    readonly wanted?: string
    readonly declared?: string
    readonly used: readonly Pick<Network, "id" | "name">[]
  },
): Network | undefined {
  const find = (name: string | undefined) =>
    externalNetworks.find((network) => network.id === name || network.name === name)
  if (wanted !== undefined) {
    const found = find(wanted)
    if (found !== undefined) return found
    const names = externalNetworks.map(({ name, id }) => `${name} (${id})`)
    const has = names.length === 0 ? "none" : names.join(", ")
    throw new UsageError(
      `--external-network: the destination has no external network "${wanted}". It has ${has}.`,
    )
  }
  const byUse = used.flatMap(({ id, name }) => [find(id), find(name)])
  return [find(declared), ...byUse].find((network) => network !== undefined) ?? externalNetworks[0]
}

/** Returns the name of the external network that clouds.yaml declares. */
export function declaredExternalNetwork({ networks, external_network }: Definition): string | undefined {
  if (typeof external_network === "string") return external_network
  const all: readonly unknown[] = Array.isArray(networks) ? networks : []
  const found = all
    .filter(isMapping)
    .find(({ routes_externally }) => /^true$/i.test(String(routes_externally)))
  return typeof found?.name === "string" ? found.name : undefined
}
