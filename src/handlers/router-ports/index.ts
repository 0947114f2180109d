import { hostTables } from "../../models/host-tables.ts"
import type { Port } from "../../openstack/index.ts"
import { isInterface } from "../../planning/port-owners.ts"
import type { Destination, WriteDestination } from "../destination.ts"
import type { Handler, HandlerContext } from "../handler.ts"
import { insertInterfacePorts } from "./ports.ts"
import { writeAddresses } from "./routers.ts"

/**
 * Writes the ports by which routers are connected to subnets, and the addresses of routers in the resource's metadata, as
 * Waldur's pull does.
 */
export const routerPortsHandler: Handler = {
  name: "routerPorts",
  writes: { openstack_port: hostTables.openstack_port },
  readDestination: readRouterPorts,
}

async function readRouterPorts(
  { read, ports }: Destination,
  context: HandlerContext,
): Promise<WriteDestination> {
  const seen: readonly Port[] | undefined = await read("ports of routers", ports)
  return async (trx, rows) => {
    if (seen === undefined) return
    const rowIds = await insertInterfacePorts(trx, seen.filter(isInterface), rows, context.now())
    await context.objects().inserted(trx, { kind: "interface", table: "openstack_port", rowIds })
    await writeAddresses(trx, seen, rows)
  }
}
