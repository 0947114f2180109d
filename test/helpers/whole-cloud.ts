import { type Cloud, type Collection, listResources } from "../../src/openstack/index.ts"

const collections = [
  "networks",
  "subnets",
  "ports",
  "routers",
  "floatingips",
  "trunks",
  "security-groups",
  "security-group-rules",
  "address-groups",
  "rbac-policies",
  "policies",
] as const satisfies readonly Collection[]

/** Lists everything in a cloud that a replication may touch, by id, in all projects. */
export async function wholeCloud(cloud: Cloud): Promise<Readonly<Record<string, readonly string[]>>> {
  const identity = async (name: string) => {
    const rows = await cloud.list<Readonly<Record<string, unknown>>>(
      { service: "identity", path: `/${name}` },
      name,
    )
    return [name, rows.map((row) => JSON.stringify(row.id ?? row)).sort()] as const
  }
  const quotas = await cloud.call<{ readonly quotas: readonly unknown[] }>({
    service: "network",
    method: "GET",
    path: "/quotas",
  })
  const extensions = new Set((await listResources(cloud, "extensions")).map(({ alias }) => alias))
  const known = collections.filter(
    (name) => extensions.has(extensionOf[name] ?? "") || !(name in extensionOf),
  )
  return Object.fromEntries([
    ...(await Promise.all(["projects", "users", "role_assignments"].map(identity))),
    ...(await Promise.all(
      known.map(async (name) => {
        const rows: readonly { readonly id: string }[] = await listResources(cloud, name)
        return [name, rows.map(({ id }) => id).sort()] as const
      }),
    )),
    ["network quotas", quotas.quotas.map((one) => JSON.stringify(one)).sort()] as const,
  ])
}

const extensionOf: Readonly<Record<string, string>> = {
  trunks: "trunk",
  "address-groups": "address-group",
  "rbac-policies": "rbac-policies",
  policies: "qos",
}
