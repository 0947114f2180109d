import { sql } from "kysely"
import { textJson } from "../models/rows.ts"
import {
  addRouterInterface,
  CloudError,
  createResources,
  deleteResource,
  listResources,
  type Port,
  removeRouterInterface,
  updateResource,
} from "../openstack/index.ts"
import { sameAddress } from "../planning/addresses.ts"
import type { LiveAttributes } from "../planning/attributes.ts"
import { mapAddress, mappingsWithin } from "../planning/cidr-mapping.ts"
import { type Ref, ref } from "../planning/plan.ts"
import { isInterface } from "../planning/port-owners.ts"
import type { CloudContext } from "./cloud-context.ts"
import { differences } from "./compare.ts"
import { type Desired, defineKind } from "./kind.ts"
import { markUncertain } from "./uncertain-create.ts"

interface Body extends LiveAttributes<"interface"> {
  readonly project_id: Ref
  readonly router_id: Ref
  readonly network_id: Ref
  readonly subnet_id: Ref
  readonly ip_address: string
  /**
   * Whether the address is the subnet's gateway. Then Neutron assigns it by itself; any other address needs a port
   * that is created first ("If you specify a port ID, the router uses that port's address", Networking API v2.0).
   */
  readonly is_gateway: boolean
}

interface Actual {
  readonly portId: string
  readonly routerId: string
  readonly subnetId: string
  readonly ipAddress: string
  readonly name: string
  readonly description: string
}

/** Returns the key of an interface: a router has at most one in a subnet. */
export function interfaceKey(router: string, subnet: string): string {
  return `${router}-${subnet}`
}

/** Interfaces of routers in subnets. A router has at most one in a subnet. */
export const routerInterface = defineKind<Body, Actual>({
  name: "interface",
  after: ["router", "subnet"],

  plan: {
    build({ source, mappings }) {
      const subnets = new Map(source.subnets.map((subnet) => [subnet.key, subnet]))
      const objects = source.routers.flatMap((router) =>
        router.interfaces.flatMap(({ subnet: key, ipAddress, live }) => {
          const subnet = subnets.get(key)
          if (subnet === undefined) return []
          return {
            key: interfaceKey(router.key, key),
            name: `${router.name} in ${subnet.name}`,
            sourceId: router.backendId,
            body: {
              project_id: ref("project", "project"),
              router_id: ref("router", router.key),
              network_id: ref("network", subnet.network),
              subnet_id: ref("subnet", key),
              ip_address: mapAddress(ipAddress, mappingsWithin(subnet.cidr, mappings)),
              is_gateway: subnet.gatewayIp !== null && sameAddress(ipAddress, subnet.gatewayIp),
              ...live,
            },
          }
        }),
      )
      return { objects, omitted: [] }
    },
    cost(planned) {
      const withPort = planned.filter(({ body }) => !body.is_gateway).length
      const named = planned.filter(({ body }) => body.is_gateway && isSet(portText(body))).length
      return { reads: withPort, writes: planned.length + withPort + named }
    },
  },

  rows: {
    async shownIn(trx, done) {
      const table = "openstack_subnet"
      const { rows } = await sql<{ id: number }>`
        select subnet.id from openstack_subnet subnet join openstack_router router on router.tenant_id = subnet.tenant_id
        join unnest(
          ${done.map(({ desired }) => desired.subnet_id)}::text[], ${done.map(({ desired }) => desired.router_id)}::text[]
        ) as connected (subnet, router) on connected.subnet = subnet.backend_id and connected.router = router.backend_id`.execute(
        trx,
      )
      return { table, rowIds: rows.map(({ id }) => id) }
    },
    async recordBackendIds(trx, done) {
      for (const { desired, actual } of done) {
        await sql`update openstack_subnet set is_connected = true, modified = now()
        where backend_id = ${desired.subnet_id} and tenant_id in
          (select tenant_id from openstack_router where backend_id = ${desired.router_id})`.execute(trx)
        const router = await trx
          .selectFrom("openstack_router")
          .select(["id", "fixed_ips"])
          .where("backend_id", "=", desired.router_id)
          .forUpdate()
          .executeTakeFirst()
        if (router === undefined) continue
        const addresses = new Set<string>(JSON.parse(router.fixed_ips))
        await trx
          .updateTable("openstack_router")
          .set({ fixed_ips: textJson([...addresses.add(actual.ipAddress)]) })
          .where("id", "=", router.id)
          .execute()
      }
    },
  },

  api: {
    async list(context) {
      const all = await context.collection("ports")
      const ports = all.filter(isInterface)
      // A port with addresses in several IPv6 subnets is an interface in each of them.
      return ports.flatMap((port) =>
        port.fixed_ips.map(({ subnet_id, ip_address }) => ({
          portId: port.id,
          routerId: port.device_id,
          subnetId: subnet_id,
          ipAddress: ip_address,
          name: port.name,
          description: port.description,
        })),
      )
    },
    id: (actual) => `${actual.portId}/${actual.subnetId}`,
    batch: { maxSize: 1 },
    create: (context, desired) => Promise.all(desired.map((one) => connect(context, one))),
    update: rename,
  },

  verify: {
    isMatch: (desired, actual) =>
      desired.router_id === actual.routerId && desired.subnet_id === actual.subnetId,
    compare: (desired, actual) => [
      ...(sameAddress(desired.ip_address, actual.ipAddress)
        ? []
        : differences({ ip_address: desired.ip_address }, { ip_address: actual.ipAddress })),
      ...differences(portText(desired), { ...actual }),
    ],
    unmanagedName: ({ routerId, ipAddress }, created) =>
      created.has(routerId) ? `${created.get(routerId)} at ${ipAddress}` : undefined,
  },

  removal: {
    delete: ({ cloud }, actual) =>
      removeRouterInterface(cloud, actual.routerId, { subnet_id: actual.subnetId }),
    async cleanUpPartial(context, missing) {
      for (const { body } of missing.filter((one) => !one.body.is_gateway)) {
        const leftover = await unattachedPort(context, body)
        if (leftover !== undefined) await deleteResource(context.cloud, "ports", leftover.id)
      }
    },
  },
})

type PortText = Partial<Pick<Actual, "name" | "description">>

/** Returns name and description of the source's port, as far as they are set. */
function portText({ name, description }: LiveAttributes<"interface">): PortText {
  return {
    ...(typeof name === "string" && { name }),
    ...(typeof description === "string" && { description }),
  }
}

function isSet({ name = "", description = "" }: PortText): boolean {
  return name !== "" || description !== ""
}

async function connect(context: CloudContext, { body }: Desired<Body>): Promise<Actual> {
  const { router_id: routerId, subnet_id: subnetId, ip_address: ipAddress } = body
  const text = { name: "", description: "", ...portText(body) }
  if (body.is_gateway) {
    const { port_id: portId } = await addRouterInterface(context.cloud, routerId, { subnet_id: subnetId })
    if (isSet(text)) {
      await markUncertain(updateResource(context.cloud, "ports", portId, text))
    }
    return { portId, routerId, subnetId, ipAddress, ...text }
  }
  const port = await portAt(context, body)
  try {
    await addRouterInterface(context.cloud, routerId, { port_id: port.id })
  } catch (error) {
    await deleteResource(context.cloud, "ports", port.id).catch(() => undefined)
    throw error
  }
  return { portId: port.id, routerId, subnetId, ipAddress, ...text }
}

/** Sets name and description of an interface's port. If the cloud refuses them, the interface stays as it is. */
async function rename({ cloud }: CloudContext, { body }: Desired<Body>, actual: Actual): Promise<Actual> {
  const text = portText(body)
  if (differences(text, { ...actual }).length === 0) return actual
  try {
    await updateResource(cloud, "ports", actual.portId, text)
  } catch (error) {
    if (!(error instanceof CloudError) || error.failure.uncertain || error.retry !== "no") throw error
    return actual
  }
  return { ...actual, ...text }
}

/** Returns the unattached port that an interrupted attempt has left: it looks as `portAt` creates it. */
async function unattachedPort(
  { cloud, projectId }: CloudContext,
  { subnet_id, ip_address }: Desired<Body>["body"],
): Promise<Port | undefined> {
  const query = {
    project_id: projectId,
    fixed_ips: [`subnet_id=${subnet_id}`, `ip_address=${ip_address}`],
  }
  const ports = await listResources(cloud, "ports", query)
  return ports.find(
    (port) =>
      port.device_id === "" &&
      port.fixed_ips.length === 1 &&
      port.security_groups.length === 0 &&
      !port.port_security_enabled,
  )
}

/** Returns the port for an interface's address: one that an earlier attempt has left, or a new one. */
async function portAt(context: CloudContext, body: Desired<Body>["body"]): Promise<Port> {
  const leftover = await unattachedPort(context, body)
  if (leftover !== undefined) return leftover
  const [created] = await createResources(context.cloud, "ports", [
    {
      project_id: body.project_id,
      network_id: body.network_id,
      fixed_ips: [{ subnet_id: body.subnet_id, ip_address: body.ip_address }],
      ...portText(body),
      // As in the ports that Neutron creates for a router. It does not change these attributes of a given port.
      security_groups: [],
      port_security_enabled: false,
    },
  ])
  if (created === undefined) throw new Error("Neutron returned no port for a create request.")
  return created
}
