import {
  type Cloud,
  deleteProject,
  deleteResource,
  deleteUser,
  listResources,
  removeRouterInterface,
  updateResource,
} from "../src/openstack/index.ts"

/** Ids of a tenant's project and user in a cloud; "" where one was not created. */
export interface TenantIds {
  readonly projectId: string
  readonly userId: string
}

/** Deletes a tenant with everything in it. */
export async function deleteTenant(cloud: Cloud, { projectId, userId }: TenantIds): Promise<void> {
  if (userId !== "") await deleteUser(cloud, userId)
  if (projectId === "") return
  const of = { project_id: projectId }
  for (const { id } of await listResources(cloud, "routers", of))
    await updateResource(cloud, "routers", id, { routes: [], external_gateway_info: null })
  for (const port of await listResources(cloud, "ports", of))
    if (port.device_owner.startsWith("network:router_interface"))
      await removeRouterInterface(cloud, port.device_id, { port_id: port.id })
  for (const collection of ["ports", "routers", "networks", "security-groups"] as const) {
    const left = await listResources(cloud, collection, of)
    await Promise.all(left.map(({ id }) => deleteResource(cloud, collection, id)))
  }
  await cloud.call({ service: "network", method: "DELETE", path: `/quotas/${projectId}` })
  for (const service of ["compute", "volume"] as const)
    await cloud.call({ service, method: "DELETE", path: `/os-quota-sets/${projectId}` })
  await deleteProject(cloud, projectId)
}
