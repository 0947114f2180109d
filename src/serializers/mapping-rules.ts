import { apiErrors } from "../api-error.ts"
import type { Db } from "../models/database.ts"
import { dashed } from "../models/uuid.ts"
import { formatPrefix, overlaps, type Prefix, parsePrefix, samePrefix } from "../planning/addresses.ts"
import { type CidrMapping, mapPrefix, mappingsWithin } from "../planning/cidr-mapping.ts"
import type { VolumeTypeMapping } from "../planning/limits.ts"
import type { MappingValue } from "./create-request.ts"

/**
 * Returns the volume type mappings by name.
 * @throws ApiError 400 where a type is unknown in its cloud, or mapped twice
 */
export async function checkVolumeTypes(
  db: Db,
  pairs: NonNullable<MappingValue["volume_types"]>,
  { tenantId, settingsId }: { readonly tenantId: number; readonly settingsId: number },
): Promise<readonly VolumeTypeMapping[]> {
  const mappings: VolumeTypeMapping[] = []
  for (const { src_type_uuid, dst_type_uuid } of pairs) {
    const src = await db
      .selectFrom("openstack_volumetype as type")
      .innerJoin("openstack_volumetype_tenants as link", "link.volumetype_id", "type.id")
      .select("type.name")
      .where("type.uuid", "=", dashed(src_type_uuid))
      .where("link.tenant_id", "=", tenantId)
      .executeTakeFirst()
    if (src === undefined) {
      throw apiErrors.nonField(
        `Invalid src_type_uuid ${dashed(src_type_uuid)} as it is not available in tenant.`,
      )
    }
    const dst = await db
      .selectFrom("openstack_volumetype")
      .select("name")
      .where("uuid", "=", dashed(dst_type_uuid))
      .where("settings_id", "=", settingsId)
      .executeTakeFirst()
    if (dst === undefined) {
      throw apiErrors.nonField(
        `Invalid dst_type_uuid ${dashed(dst_type_uuid)} as it is not available in service settings.`,
      )
    }
    if (mappings.some((mapping) => mapping.src === src.name)) {
      throw apiErrors.nonField(`src_type_uuid ${dashed(src_type_uuid)} is mapped more than once.`)
    }
    mappings.push({ src: src.name, dst: dst.name })
  }
  return mappings
}

/** A subnet of the source tenant. */
export interface SourceSubnet {
  readonly networkId: number
  readonly cidr: string
  readonly name: string
}

/**
 * Checks the subnet mappings against the tenant's subnets. Subnets may overlap in the destination as at the source,
 * but neither within a network nor at a router (which planRequest checks).
 * @param networkIds networks to copy; undefined means all
 * @throws ApiError 400
 */
export function checkSubnetMappings(
  mappings: readonly CidrMapping[],
  subnets: readonly SourceSubnet[],
  networkIds?: readonly number[],
): void {
  for (const [index, { src, dst }] of mappings.entries()) {
    const cidr = formatPrefix(src)
    if (src.version !== dst.version) {
      throw apiErrors.nonField(`${cidr} and ${formatPrefix(dst)} are of different IP versions.`)
    }
    if (!subnets.some((subnet) => isSame(subnet.cidr, src))) {
      throw apiErrors.nonField(`No subnet of the source tenant has the CIDR ${cidr}.`)
    }
    if (mappings.slice(0, index).some((other) => samePrefix(other.src, src))) {
      throw apiErrors.nonField(`The subnet ${cidr} is mapped more than once.`)
    }
  }
  const copied = subnets.filter(({ networkId }) => networkIds?.includes(networkId) ?? true)
  checkNetworks(mappings, copied)
}

/** Neutron rejects overlapping subnets of one network. */
function checkNetworks(mappings: readonly CidrMapping[], subnets: readonly SourceSubnet[]): void {
  for (const inNetwork of Map.groupBy(subnets, (subnet) => subnet.networkId).values()) {
    const mapped = inNetwork.flatMap(({ cidr, name }) => {
      const prefix = parsePrefix(mapPrefix(cidr, mappingsWithin(cidr, mappings)))
      return prefix === undefined ? [] : { prefix, name }
    })
    for (const [index, subnet] of mapped.entries()) {
      const other = mapped.slice(0, index).find(({ prefix }) => overlaps(prefix, subnet.prefix))
      if (other === undefined) continue
      throw apiErrors.nonField(
        `The subnets ${other.name} (${formatPrefix(other.prefix)}) and ${subnet.name} ` +
          `(${formatPrefix(subnet.prefix)}) of one network overlap after the mapping.`,
      )
    }
  }
}

function isSame(cidr: string, prefix: Prefix): boolean {
  const parsed = parsePrefix(cidr)
  return parsed !== undefined && samePrefix(parsed, prefix)
}
