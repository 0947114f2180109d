import { refuses, type Tap, withExtensions } from "../suite.ts"
import { type Json, made, none, type Target } from "../wire.ts"

const conflict = (type: string, message: string) => [409, type, message] as const

export const trunks = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(t, target, ["trunks", "trunk", "trunk-details"], async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const port = () => tenant.make("ports", { network_id: network.id })
    const [parent, child, free] = [await port(), await port(), await port()]
    const sub = (id: unknown, segmentation_id = 101) => ({
      port_id: id,
      segmentation_type: "vlan",
      segmentation_id,
    })
    const post = (trunk: Json) => tenant.network("POST", "/trunks", { trunk })
    const trunk = await tenant.make("trunks", {
      name: "t",
      description: "d",
      port_id: parent.id,
      sub_ports: [sub(child.id)],
    })
    const own = `/trunks/${trunk.id}`

    await t.test("a trunk is created with its ports, and its parent port shows it", async (t) => {
      t.match(trunk, {
        name: "t",
        description: "d",
        admin_state_up: true,
        status: "DOWN",
        port_id: parent.id,
        sub_ports: [sub(child.id)],
        tags: [],
      })
      t.match(made(await tenant.network("GET", `/ports/${parent.id}`)), {
        device_owner: "",
        trunk_details: {
          trunk_id: trunk.id,
          sub_ports: [{ ...sub(child.id), mac_address: child.mac_address }],
        },
      })
      t.notOk("trunk_details" in made(await tenant.network("GET", `/ports/${child.id}`)))
      t.match((await tenant.network("PUT", `${own}/tags`, { tags: ["x"] })).body, { tags: ["x"] })
    })

    await t.test("a port belongs to at most one trunk", async (t) => {
      const taken = conflict("TrunkPortInUse", "Port ID is in use by another trunk.")
      await refuses(t, [
        [
          "a parent again",
          () => post({ port_id: parent.id }),
          ...conflict(
            "ParentPortInUse",
            "Port ID is currently in use and is not eligible for use as a parent port.",
          ),
        ],
        ["a child as a parent", () => post({ port_id: child.id }), ...taken],
        ["a child again", () => post({ port_id: free.id, sub_ports: [sub(child.id)] }), ...taken],
        ["no such port", () => post({ port_id: none }), 404, "PortNotFound", "Port ID could not be found."],
        [
          "none",
          () => post({ name: "t" }),
          400,
          "HTTPBadRequest",
          "Failed to parse request. Required attribute 'port_id' not specified",
        ],
        [
          "several at once",
          () => tenant.network("POST", "/trunks", { trunks: [{ port_id: free.id }] }),
          400,
          "HTTPBadRequest",
          "Bulk operation not supported",
        ],
        [
          "to take a parent away",
          () => tenant.network("DELETE", `/ports/${parent.id}`),
          ...conflict("PortInUseAsTrunkParent", "Port ID is currently a parent port for trunk ID."),
        ],
        [
          "to take a child away",
          () => tenant.network("DELETE", `/ports/${child.id}`),
          ...conflict("PortInUseAsSubPort", "Port ID is currently a subport for trunk ID."),
        ],
      ])
    })

    await t.test("a disabled trunk cannot be deleted", async (t) => {
      const put = async (values: Json) => made(await tenant.network("PUT", own, { trunk: values }))
      t.match(await put({ name: "u", admin_state_up: false }), { name: "u", admin_state_up: false })
      await refuses(t, [
        [
          "to take it away",
          () => tenant.network("DELETE", own),
          ...conflict("TrunkDisabled", "Trunk ID is currently disabled."),
        ],
      ])
      await put({ admin_state_up: true })
      t.equal((await tenant.network("DELETE", own)).status, 204)
      t.equal((await tenant.network("DELETE", `/ports/${parent.id}`)).status, 204)
    })
  })
