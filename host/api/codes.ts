import { CoreState, OfferingState, ResourceState } from "../../src/models/codes.ts"

/** Stored numbers by their labels in the API. */
export type Labels = Readonly<Record<string, number>>

/** States of OpenStack rows. */
export const coreLabels: Labels = CoreState

export const resourceLabels: Labels = {
  Creating: ResourceState.CREATING,
  OK: ResourceState.OK,
  Erred: ResourceState.ERRED,
  Updating: ResourceState.UPDATING,
  Terminating: ResourceState.TERMINATING,
  Terminated: ResourceState.TERMINATED,
}

export const offeringLabels: Labels = {
  Draft: OfferingState.DRAFT,
  Active: OfferingState.ACTIVE,
  Paused: OfferingState.PAUSED,
  Archived: OfferingState.ARCHIVED,
  Unavailable: 5,
}

export const orderLabels: Labels = {
  "pending-consumer": 1,
  executing: 2,
  done: 3,
  erred: 4,
  canceled: 5,
  rejected: 6,
  "pending-provider": 7,
  "pending-project": 8,
  "pending-start-date": 9,
}

export const orderTypeLabels: Labels = { Create: 1, Update: 2, Terminate: 3, Restore: 4 }

/** Returns the label of a stored number; undefined, which omits the field, where it has none. */
export function labelOf(labels: Labels, code: number): string | undefined {
  return Object.keys(labels).find((label) => labels[label] === code)
}

/** `resource_type` of the rows of an endpoint, by its path. */
export const openstackTypes: Readonly<Record<string, string>> = {
  "openstack-tenants": "OpenStack.Tenant",
  "openstack-networks": "OpenStack.Network",
  "openstack-subnets": "OpenStack.SubNet",
  "openstack-routers": "OpenStack.Router",
  "openstack-ports": "OpenStack.Port",
  "openstack-security-groups": "OpenStack.SecurityGroup",
  "openstack-server-groups": "OpenStack.ServerGroup",
  "openstack-floating-ips": "OpenStack.FloatingIP",
  "openstack-instances": "OpenStack.Instance",
  "openstack-volumes": "OpenStack.Volume",
  "openstack-snapshots": "OpenStack.Snapshot",
  "openstack-backups": "OpenStack.Backup",
}
