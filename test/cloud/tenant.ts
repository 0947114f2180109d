import { randomBytes } from "node:crypto"
import { type Session, signIn, signInAdmin } from "./session.ts"
import { idOf, type Json, made, madeList, type Target } from "./wire.ts"

export interface Tenant extends Session {
  readonly name: string
  readonly password: string
  readonly admin: Session
  readonly target: Target
  /** Creates an object of the network service. */
  make(path: string, values: Json): Promise<Json>
  /** The same as an administrator, for this project. */
  makeAsAdmin(path: string, values: Json): Promise<Json>
  list(path: string): Promise<readonly Json[]>
  remove(): Promise<void>
}

const members: Readonly<Record<string, string>> = {
  networks: "network",
  subnets: "subnet",
  ports: "port",
  routers: "router",
  "security-groups": "security_group",
  "security-group-rules": "security_group_rule",
  "address-groups": "address_group",
  "qos/policies": "policy",
  "rbac-policies": "rbac_policy",
  trunks: "trunk",
}

const wrap = (path: string, values: Json): Json => ({ [members[path] ?? path]: values })

export async function grantMember(admin: Session, projectId: string, userId: string): Promise<void> {
  const [role] = madeList(await admin.identity("GET", "/roles?name=member"))
  await admin.identity("PUT", `/projects/${projectId}/users/${userId}/roles/${role?.id}`)
}

/** A project with one member. `remove` deletes it with everything in it. */
export async function createTenant(target: Target): Promise<Tenant> {
  const admin = await signInAdmin(target)
  const name = `behaviour-${randomBytes(4).toString("hex")}`
  const password = randomBytes(8).toString("hex")
  const project = made(await admin.identity("POST", "/projects", { project: { name, domain_id: "default" } }))
  const user = made(
    await admin.identity("POST", "/users", { user: { name, domain_id: "default", password } }),
  )
  await grantMember(admin, idOf(project), idOf(user))
  const session = await signIn(target, { name, password, project: { id: project.id } })
  return {
    ...session,
    name,
    password,
    admin,
    target,
    make: async (path, values) => made(await session.network("POST", `/${path}`, wrap(path, values))),
    makeAsAdmin: async (path, values) => {
      const body = wrap(path, { ...values, project_id: session.projectId })
      return made(await admin.network("POST", `/${path}`, body))
    },
    list: async (path) => madeList(await session.network("GET", `/${path}`)),
    remove: async () => {
      await removeProject(admin, idOf(project))
      await admin.identity("DELETE", `/users/${user.id}`)
    },
  }
}

/** Device owners of the interfaces of plain, distributed and highly available routers. */
const routed = /^network:(router_interface|ha_router_replicated_interface)/

/** Deletes everything in a project, its quotas and the project. */
export async function removeProject(admin: Session, projectId: string): Promise<void> {
  const owned = async (path: string) =>
    madeList(await admin.network("GET", `/${path}?project_id=${projectId}`))
  const drop = async (path: string, atOnce = 4) => {
    const rows = [...(await owned(path))]
    const one = async () => {
      for (let row = rows.pop(); row !== undefined; row = rows.pop())
        await admin.network("DELETE", `/${path}/${row.id}`)
    }
    await Promise.all(Array.from({ length: atOnce }, one))
  }
  const { network } = admin
  const known = new Set(madeList(await network("GET", "/extensions")).map(({ alias }) => alias))
  // A trunk uses its ports, a rule its address group, a network its policy.
  if (known.has("trunk")) {
    for (const { id } of await owned("trunks"))
      await network("PUT", `/trunks/${id}`, { trunk: { admin_state_up: true } })
    await drop("trunks")
  }
  if (known.has("rbac-policies")) await drop("rbac-policies")
  for (const { id } of await owned("routers"))
    await admin.network("PUT", `/routers/${id}`, { router: { routes: [], external_gateway_info: null } })
  for (const port of await owned("ports"))
    if (routed.test(String(port.device_owner)))
      await admin.network("PUT", `/routers/${port.device_id}/remove_router_interface`, { port_id: port.id })
  for (const path of ["ports", "routers", "networks"]) await drop(path)
  // Rules of one group may refer to another one, so groups are not deleted at the same time.
  await drop("security-groups", 1)
  if (known.has("address-group")) await drop("address-groups")
  if (known.has("qos")) await drop("qos/policies")
  await admin.network("DELETE", `/quotas/${projectId}`)
  for (const send of [admin.compute, admin.volume]) await send("DELETE", `/os-quota-sets/${projectId}`)
  await admin.identity("DELETE", `/projects/${projectId}`)
}
