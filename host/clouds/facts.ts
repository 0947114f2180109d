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

/** What the marketplace's rows say of a cloud beside how to reach it. */
export interface SeenCloud {
  readonly externalNetworks: readonly Network[]
  /** Ids by name. */
  readonly volumeTypes: Readonly<Record<string, string>>
}

/** Reads it from the cloud. One without a volume service has no volume types. */
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

/** What the project may use, as a customer would have ordered it. -1 is no limit. */
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

/** A service that the catalog lacks, or that does not answer this user, is done without. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof CloudError && error.retry === "no" && error.failure.path !== "/auth/tokens")
      return undefined
    throw error
  }
}

/**
 * The external network that routers of the copy lead to: the one that is asked for, that clouds.yaml declares, that the
 * source's routers lead to (by id, or in another cloud by name), else the first. undefined: the cloud has none.
 * @param wanted name or id
 * @throws UsageError where the one that is asked for is not there
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
  const called = (name: string | undefined) =>
    externalNetworks.find((one) => one.id === name || one.name === name)
  if (wanted !== undefined) {
    const found = called(wanted)
    if (found !== undefined) return found
    const names = externalNetworks.map(({ name, id }) => `${name} (${id})`)
    const has = names.length === 0 ? "none" : names.join(", ")
    throw new UsageError(
      `--external-network: the destination has no external network "${wanted}". It has ${has}.`,
    )
  }
  const byUse = used.flatMap(({ id, name }) => [called(id), called(name)])
  return [called(declared), ...byUse].find((one) => one !== undefined) ?? externalNetworks[0]
}

/** What clouds.yaml says of external networks. */
export function declaredExternalNetwork({ networks, external_network }: Definition): string | undefined {
  if (typeof external_network === "string") return external_network
  const all: readonly unknown[] = Array.isArray(networks) ? networks : []
  const found = all
    .filter(isMapping)
    .find(({ routes_externally }) => /^true$/i.test(String(routes_externally)))
  return typeof found?.name === "string" ? found.name : undefined
}
