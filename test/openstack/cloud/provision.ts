import { passwordAuth, type Session } from "../../cloud/session.ts"
import { type Answer, call, idOf, made, madeList } from "../../cloud/wire.ts"
import { authUrlOf, type Layout, urlOf } from "./layout.ts"

/** Creates the user with which the services check tokens, and the catalog. */
export async function fillCatalog(layout: Layout): Promise<void> {
  const authUrl = authUrlOf(layout)
  const login = { name: "admin", password: layout.adminPassword }
  const project = { name: "admin", domain: { id: "default" } }
  const signedIn = await call(
    "POST",
    `${authUrl}/auth/tokens`,
    undefined,
    passwordAuth({ ...login, project }),
  )
  made(signedIn)
  const token = signedIn.headers.get("x-subject-token") ?? ""
  const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
    call(method, authUrl + path, token, body)

  const home = made(await send("POST", "/projects", { project: { name: "service", domain_id: "default" } }))
  const user = made(
    await send("POST", "/users", {
      user: { name: "service", domain_id: "default", password: layout.servicePassword },
    }),
  )
  const [role] = madeList(await send("GET", "/roles?name=admin"))
  await send("PUT", `/projects/${home.id}/users/${user.id}/roles/${role?.id}`)

  for (const [type, name, url] of [
    ["network", "neutron", urlOf(layout, "neutron")],
    ["volumev3", "cinder", `${urlOf(layout, "cinder")}/v3/%(project_id)s`],
    ["compute", "nova", `${urlOf(layout, "nova")}/v2.1`],
  ]) {
    const service = made(await send("POST", "/services", { service: { type, name } }))
    const endpoint = { service_id: service.id, interface: "public", region_id: layout.region, url }
    made(await send("POST", "/endpoints", { endpoint }))
  }
}

/** Creates an external network and volume types. */
export async function addResources(admin: Session) {
  const outside = {
    name: "public",
    "router:external": true,
    "provider:network_type": "flat",
    "provider:physical_network": "outside",
  }
  const externalNetworkId = idOf(made(await admin.network("POST", "/networks", { network: outside })))
  const subnet = {
    name: "public",
    network_id: externalNetworkId,
    ip_version: 4,
    cidr: "203.0.113.0/24",
    enable_dhcp: false,
  }
  made(await admin.network("POST", "/subnets", { subnet }))
  for (const name of ["standard", "ssd", "archive"])
    made(await admin.volume("POST", "/types", { volume_type: { name } }))
  const types = madeList(await admin.volume("GET", "/types"))
  return {
    externalNetworkId,
    volumeTypes: Object.fromEntries(types.map((type) => [String(type.name), idOf(type)])),
  }
}
