import { Refusal } from "../refusals.ts"
import { record } from "../values.ts"
import { type Given, optional, required } from "./attributes.ts"
import { boolean, integer, string, uuid } from "./checks.ts"
import { badAttribute, badRequest, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import type { Port, SubPort, Trunk } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"

function subPorts(name: string, value: unknown): readonly SubPort[] {
  if (!Array.isArray(value)) throw badAttribute(name, "Invalid data format for subports")
  return value.map((one) => {
    const { port_id, segmentation_type, segmentation_id } = record(one)
    return {
      port_id: uuid(name, port_id),
      segmentation_type: String(segmentation_type),
      segmentation_id: integer(name, segmentation_id),
    }
  })
}

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  admin_state_up: optional(boolean, true),
  port_id: required(uuid, { put: false }),
  sub_ports: optional(subPorts, [], { put: false }),
}

type TrunkGiven = Given<typeof attributes>

const refuse = (type: string, message: string) => new Refusal(409, type, message)

const isSub = (trunk: Trunk, id: string): boolean => trunk.sub_ports.some(({ port_id }) => port_id === id)

/** Refuses to delete a port that a trunk uses. */
export function checkNotInTrunk(state: NetworkState, portId: string): void {
  const trunk = state.trunks.first("port", portId)
  if (trunk === undefined) return
  throw trunk.port_id === portId
    ? refuse("PortInUseAsTrunkParent", `Port ${portId} is currently a parent port for trunk ${trunk.id}.`)
    : refuse("PortInUseAsSubPort", `Port ${portId} is currently a subport for trunk ${trunk.id}.`)
}

/** Returns what a port shows of the trunk that it is the parent of. */
export function trunkDetails(state: NetworkState, portId: string): object {
  const trunk = state.trunks.first("port", portId)
  if (trunk === undefined || trunk.port_id !== portId) return {}
  const sub_ports = trunk.sub_ports.map((one) => ({
    ...one,
    mac_address: state.ports.get(one.port_id)?.mac_address,
  }))
  return { trunk_details: { trunk_id: trunk.id, sub_ports } }
}

export function trunkResource(state: NetworkState): Resource<Trunk> {
  const usable = (id: string, asParent: boolean): Port => {
    const port = state.ports.get(id)
    if (!port) throw notFound.port(id)
    const trunk = state.trunks.first("port", id)
    if (trunk && (!asParent || isSub(trunk, id)))
      throw refuse("TrunkPortInUse", `Port ${id} is in use by another trunk.`)
    if (trunk)
      throw refuse(
        "ParentPortInUse",
        `Port ${id} is currently in use and is not eligible for use as a parent port.`,
      )
    return port
  }
  return {
    member: "trunk",
    collection: "trunks",
    path: "trunks",
    quota: "trunk",
    tagged: true,
    bulk: () => badRequest("Bulk operation not supported"),
    filters: ["name", "admin_state_up", "port_id", "status"],
    attributes,
    readOnly: [...commonReadOnly, "status"],
    rows: state.trunks,
    notFound: (id) => new Refusal(404, "TrunkNotFound", `Trunk ${id} could not be found.`),
    shared: () => [],
    canSee: owns,
    canChange: owns,
    create(_caller, projectId, values) {
      const { name, description, admin_state_up, port_id = "", sub_ports } = values as TrunkGiven
      usable(port_id, true)
      for (const one of sub_ports) usable(one.port_id, false)
      const row = { ...newRow(projectId, description, 0), name, admin_state_up, port_id, sub_ports }
      return state.trunks.put(row)
    },
    update: (_caller, row, values) =>
      state.trunks.put(touched<Trunk>(row, values as Partial<Pick<Trunk, "name">>)),
    remove(_caller, row) {
      if (!row.admin_state_up) throw refuse("TrunkDisabled", `Trunk ${row.id} is currently disabled.`)
      state.trunks.remove(row)
    },
    show: (_caller, row) => ({
      id: row.id,
      name: row.name,
      admin_state_up: row.admin_state_up,
      port_id: row.port_id,
      status: "DOWN",
      sub_ports: row.sub_ports,
      ...common(row),
    }),
  }
}
