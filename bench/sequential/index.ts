import { randomBytes } from "node:crypto"
import type { CloudFacts } from "../../host/demo/cloud-facts.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { type CallObserver, connectCloud } from "../../src/openstack/index.ts"
import type { TenantIds } from "../delete-tenant.ts"
import type { SequentialContext } from "./context.ts"
import { makeDefaultGroup, makeGroup } from "./groups.ts"
import { makeProject, makeUser, pushQuotas, sayWhoIsAdmin } from "./identity.ts"
import { connectOutside, makeNetwork, makePort, makeRouter, makeSubnet } from "./network.ts"
import { pull } from "./read-back.ts"

/**
 * Makes a tenant as `waldur_openstack_replication` does: the same calls in the same order, each when the one before it
 * was answered. Only the cloud is asked: the original's queue and database would come on top.
 *
 * Where the original would end with an error on this tenant, this goes on, with the same number of calls: no static
 * routes are sent (Neutron refuses them, as no interface is there yet), a rule that names a group that is not there
 * yet names its own instead, and the quotas have room for the tenant.
 * @param made told as soon as there is something to take away
 */
export async function copyAsOriginal(
  spec: TenantSpec,
  { connection, externalNetworkId = "" }: CloudFacts,
  observe: CallObserver,
  made: (copy: TenantIds) => void,
): Promise<void> {
  // Whoever waits for each answer has one call under way.
  const alone = { ...connection, inFlight: 1 }
  const name = `original-${randomBytes(4).toString("hex")}`
  const user = { username: `${name}-user`, password: randomBytes(12).toString("hex") }
  const admin = connectCloud(alone, observe)
  const tenant = connectCloud({ ...alone, ...user, projectName: name }, observe)
  try {
    const projectId = await makeProject(admin, name)
    made({ projectId, userId: "" })
    await sayWhoIsAdmin(admin, connection.username, projectId)
    made({ projectId, userId: await makeUser(admin, user, projectId) })
    await pushQuotas(admin, projectId, spec)
    await steps({ admin, tenant, projectId, ids: new Map(), externalNetworkId }, spec)
  } finally {
    await Promise.all([admin.close(), tenant.close()])
  }
}

async function steps(original: SequentialContext, spec: TenantSpec): Promise<void> {
  const [standard, ...others] = spec.groups
  if (standard !== undefined) await makeDefaultGroup(original, standard)
  for (const router of spec.routers) await makeRouter(original, router)
  for (const network of spec.networks) await makeNetwork(original, network)
  for (const subnet of spec.subnets) await makeSubnet(original, subnet)
  for (const group of others) await makeGroup(original, group)
  if (original.externalNetworkId !== "") await connectOutside(original)
  await pull(original)
  // It was seen to make half of a tenant's ports, each with one address of any.
  for (const port of spec.ports.slice(0, Math.floor(spec.ports.length / 2))) await makePort(original, port)
}
