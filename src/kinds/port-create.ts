import { type Cloud, CloudError, createResources, type Port } from "../openstack/index.ts"
import type { CloudContext } from "./cloud-context.ts"
import type { Desired } from "./kind.ts"
import type { PortBody } from "./port-plan.ts"
import { addressKey, moveServicePorts } from "./service-ports.ts"

/**
 * Creates ports. When Neutron refuses a bulk request because of one address, the addresses of the other ports stay
 * allocated although no port has them. So a batch with an address in use is not sent: it is refused here, and halved by
 * the caller, until that port has a request of its own. If the address belongs to a port of the cloud itself (DHCP),
 * that port is moved to another address.
 */
export async function createPorts(
  context: CloudContext,
  desired: readonly Desired<PortBody>[],
): Promise<readonly Port[]> {
  const [first, ...others] = desired
  if (first === undefined) return []
  if (others.length === 0) return [await createOne(context.cloud, first)]
  const inUse = await addressesInUse(context)
  for (const { name, body } of desired) {
    const address = body.fixed_ips.find((one) => inUse.has(addressKey(one)))
    if (address !== undefined) throw refusedHere(context.cloud.name, name, address.ip_address)
  }
  return post(context.cloud, desired)
}

async function createOne(cloud: Cloud, desired: Desired<PortBody>): Promise<Port> {
  const { network_id, fixed_ips } = desired.body
  try {
    return await postOne(cloud, desired)
  } catch (error) {
    if (!(error instanceof CloudError) || error.failure.type !== "IpAddressAlreadyAllocated") throw error
    if (!(await moveServicePorts(cloud, network_id, fixed_ips))) throw error
    return postOne(cloud, desired)
  }
}

async function postOne(cloud: Cloud, desired: Desired<PortBody>): Promise<Port> {
  const [created] = await post(cloud, [desired])
  if (created === undefined) throw new Error("Neutron returned no port for a create request.")
  return created
}

function post(cloud: Cloud, desired: readonly Desired<PortBody>[]): Promise<readonly Port[]> {
  return createResources(
    cloud,
    "ports",
    desired.map(({ body: { auto_addressed, ...body } }) => ({
      ...body,
      fixed_ips: body.fixed_ips.map((one) =>
        auto_addressed?.includes(one.subnet_id) ? { subnet_id: one.subnet_id } : one,
      ),
    })),
  )
}

async function addressesInUse(context: CloudContext): Promise<ReadonlySet<string>> {
  const ports = await context.collection("ports")
  return new Set(ports.flatMap((port) => port.fixed_ips.map(addressKey)))
}

function refusedHere(cloud: string, name: string, address: string): CloudError {
  return new CloudError({
    cloud,
    service: "network",
    method: "POST",
    path: "/ports",
    status: 409,
    cloudMessage: `The address ${address} of port ${name} is in use already.`,
    type: "IpAddressAlreadyAllocated",
    requestId: "",
    retry: "no",
    uncertain: false,
  })
}
