import type { AvailabilityZone, Flavor, Image, VolumeType } from "../../openstack/index.ts"

/** Options of service settings that concern the inventory, as Waldur names them. */
export interface InventoryOptions {
  /** Flavors whose names it matches from their beginning are left out. */
  readonly flavor_exclude_regex?: string
  /** Names of volume types that are shown as disabled. */
  readonly volume_type_blacklist?: readonly string[] | string
}

/** Columns of a row, without ids. */
export type Columns = Readonly<Record<string, string | number | boolean>> & { readonly backend_id: string }

const mibPerGib = 1_024

/** Lengths of Waldur's columns. */
const maxName = 150
const maxDescription = 2_000

/** Returns the columns of flavors. Pure. @param pattern flavors that it matches are left out */
export function flavorColumns(flavors: readonly Flavor[], pattern: RegExp | undefined): readonly Columns[] {
  return byId(flavors)
    .filter(({ name }) => pattern === undefined || !pattern.test(name))
    .map(({ id, name, vcpus, ram, disk }) => ({
      backend_id: id,
      name: name.slice(0, maxName),
      cores: vcpus,
      ram,
      disk: disk * mibPerGib,
    }))
}

/** Returns the columns of images. An image without data cannot be used, and is left out. Pure. */
export function imageColumns(images: readonly Image[]): readonly Columns[] {
  return byId(images)
    .filter(({ status }) => status === "active")
    .map(({ id, name, min_ram, min_disk }) => ({
      backend_id: id,
      name: (name ?? "").slice(0, maxName),
      min_ram,
      min_disk: min_disk * mibPerGib,
    }))
}

/** Returns the columns of volume types that every project may use. Pure. */
export function typeColumns(
  types: readonly VolumeType[],
  { volume_type_blacklist: blacklist = [] }: InventoryOptions,
): readonly Columns[] {
  const disabled = [blacklist].flat()
  return byId(types)
    .filter(({ is_public }) => is_public !== false)
    .map(({ id, name, description }) => ({
      backend_id: id,
      name: name.slice(0, maxName),
      description: (description ?? "").slice(0, maxDescription),
      disabled: disabled.includes(name),
    }))
}

/** The zone that every cloud has. Waldur has no row for it. */
const defaultZone = "nova"

/** Returns the zones that have rows. Pure. */
export function namedZones(zones: readonly AvailabilityZone[]): readonly AvailabilityZone[] {
  const named = zones.filter(({ zoneName }) => zoneName !== defaultZone)
  return [...new Map(named.map((zone) => [zone.zoneName, zone])).values()]
}

/**
 * Returns the pattern of flavors that are left out. Python's `re.match` compares from the beginning of the name. Undefined
 * where there is none, and for one that JavaScript cannot read.
 */
export function excludedFlavors({ flavor_exclude_regex: text }: InventoryOptions): RegExp | undefined {
  if (typeof text !== "string" || text === "") return undefined
  try {
    return new RegExp(`^(?:${text})`)
  } catch {
    return undefined
  }
}

/** A list that changes while its pages are read may hold an object twice. */
function byId<T extends { readonly id: string }>(objects: readonly T[]): readonly T[] {
  return [...new Map(objects.map((object) => [object.id, object])).values()]
}
