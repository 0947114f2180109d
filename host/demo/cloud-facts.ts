import type { CloudConnection } from "../../src/openstack/cloud/types.ts"

/** What the marketplace's rows hold of a cloud. */
export interface CloudFacts {
  readonly connection: CloudConnection
  /** Display name of the cloud. @default made from the demo's region */
  readonly title?: string
  readonly externalNetworkId?: string
  /** Ids by name. */
  readonly volumeTypes: Readonly<Record<string, string>>
}
