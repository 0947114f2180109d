import { uuid } from "../ids.ts"

export interface VolumeType {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly isPublic: boolean
  readonly extraSpecs: Readonly<Record<string, string>>
}

const plainQuotas = {
  volumes: 10,
  per_volume_gigabytes: -1,
  snapshots: 10,
  gigabytes: 1000,
  backups: 10,
  backup_gigabytes: 1000,
  groups: 10,
} as const

const perType = ["volumes", "gigabytes", "snapshots"] as const

export function createVolume(names: readonly string[]) {
  const types = new Map<string, VolumeType>()
  for (const name of [...names, "__DEFAULT__"]) {
    const builtIn = name === "__DEFAULT__"
    const type: VolumeType = {
      id: uuid(),
      name,
      isPublic: true,
      description: builtIn ? "Default Volume Type" : `${name} volumes`,
      extraSpecs: builtIn ? {} : { volume_backend_name: name },
    }
    types.set(type.id, type)
  }
  return {
    types,
    /** Quotas that an administrator set, by project. */
    quotas: new Map<string, Readonly<Record<string, number>>>(),
  }
}

export type Volume = ReturnType<typeof createVolume>

/** Each volume type has three keys, which are unlimited until a limit is set. */
export function defaultQuotas({ types }: Volume): Record<string, number> {
  const keys = [...types.values()].flatMap(({ name }) =>
    perType.map((kind) => [`${kind}_${name}`, -1] as const),
  )
  return { ...plainQuotas, ...Object.fromEntries(keys) }
}

export const quotasOf = (volume: Volume, projectId: string): Record<string, number> => ({
  ...defaultQuotas(volume),
  ...volume.quotas.get(projectId),
})
