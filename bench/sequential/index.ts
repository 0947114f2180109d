import { randomBytes } from "node:crypto"
import type { CloudFacts } from "../../host/demo/cloud-facts.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { type CallObserver, connectCloud } from "../../src/openstack/index.ts"
import type { TenantIds } from "../delete-tenant.ts"
import type { SequentialContext } from "./context.ts"
import { createDefaultGroup, createGroup } from "./groups.ts"
import { createProject, createUser, grantAdmin, setQuotas } from "./identity.ts"
import { createNetwork, createPort, createRouter, createSubnet, setExternalGateway } from "./network.ts"
import { readBack } from "./read-back.ts"

/**
 * Creates a tenant as `waldur_openstack_replication` does: the same calls in the same order, each after the response to
 * the one before. Only the calls to the cloud are made; the time of Waldur's queue and database is not included.
 *
 * Where Waldur would fail on this tenant, the call is changed so that it succeeds, and the number of calls stays the same:
 * static routes are not sent (Neutron refuses them without an interface), a rule that refers to a group that does not
 * exist yet refers to its own group, and the quotas are large enough.
 * @param onCreated called whenever there is more to delete
 */
export async function replicateSequentially(
  spec: TenantSpec,
  { connection, externalNetworkId = "" }: CloudFacts,
  observe: CallObserver,
  onCreated: (ids: TenantIds) => void,
): Promise<void> {
  const oneAtATime = { ...connection, inFlight: 1 }
  const name = `sequential-${randomBytes(4).toString("hex")}`
  const user = { username: `${name}-user`, password: randomBytes(12).toString("hex") }
  const admin = connectCloud(oneAtATime, observe)
  const tenant = connectCloud({ ...oneAtATime, ...user, projectName: name }, observe)
  try {
    const projectId = await createProject(admin, name)
    onCreated({ projectId, userId: "" })
    await grantAdmin(admin, connection.username, projectId)
    onCreated({ projectId, userId: await createUser(admin, user, projectId) })
    await setQuotas(admin, projectId, spec)
    await createObjects({ admin, tenant, projectId, ids: new Map(), externalNetworkId }, spec)
  } finally {
    await Promise.all([admin.close(), tenant.close()])
  }
}

async function createObjects(context: SequentialContext, spec: TenantSpec): Promise<void> {
  const [defaultGroup, ...others] = spec.groups
  if (defaultGroup !== undefined) await createDefaultGroup(context, defaultGroup)
  for (const router of spec.routers) await createRouter(context, router)
  for (const network of spec.networks) await createNetwork(context, network)
  for (const subnet of spec.subnets) await createSubnet(context, subnet)
  for (const group of others) await createGroup(context, group)
  if (context.externalNetworkId !== "") await setExternalGateway(context)
  await readBack(context)
  // As recorded of Waldur: half of the tenant's ports, each with one address that Neutron chooses.
  for (const port of spec.ports.slice(0, Math.floor(spec.ports.length / 2))) await createPort(context, port)
}
