import type { Cloud } from "../../src/openstack/cloud/types.ts"

/** What all steps work with: two signed-in users, and the ids of the created objects by the keys of the specification. */
export interface SequentialContext {
  readonly admin: Cloud
  readonly tenant: Cloud
  readonly projectId: string
  readonly ids: Map<string, string>
  readonly externalNetworkId: string
}
