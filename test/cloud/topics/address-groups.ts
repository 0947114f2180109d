import { refuses, type Tap, withExtensions } from "../suite.ts"
import { type Json, made, none, type Target } from "../wire.ts"

const bad = (reason: string) =>
  [400, "HTTPBadRequest", `Invalid input for addresses. Reason: ${reason}.`] as const
const missing = [404, "AddressGroupNotFound", "Address group ID could not be found."] as const

export const addressGroups = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(
    t,
    target,
    ["address groups", "address-group", "security-groups-remote-address-group"],
    async (t, tenant) => {
      const post = (address_group: Json) => tenant.network("POST", "/address-groups", { address_group })
      const group = await tenant.make("address-groups", {
        name: "g",
        description: "d",
        addresses: ["192.0.2.1/32", "10.0.0.0/24", "2001:db8::/64", "10.1.2.3/16"],
      })
      const own = `/address-groups/${group.id}`

      await t.test("addresses are returned as networks", async (t) => {
        t.match(group, {
          name: "g",
          description: "d",
          addresses: ["10.0.0.0/24", "10.1.0.0/16", "192.0.2.1/32", "2001:db8::/64"],
        })
        t.notOk("tags" in group)
        t.match(await tenant.make("address-groups", { name: "empty" }), { addresses: [] })
        const [address, twice] = ["10.0.0.1", "10.0.0.1/32"]
        await refuses(t, [
          ["no network", () => post({ addresses: ["x"] }), ...bad("'x' is not a valid IP subnet")],
          [
            "an address without a prefix length",
            () => post({ addresses: [address] }),
            ...bad(`'${address}' isn't a recognized IP subnet cidr, '${twice}' is recommended`),
          ],
          [
            "one twice",
            () => post({ addresses: [twice, twice] }),
            ...bad(`Duplicate items in the list: '${twice}'`),
          ],
          ["no such group", () => tenant.network("GET", `/address-groups/${none}`), ...missing],
          [
            "other addresses by an update",
            () => tenant.network("PUT", own, { address_group: { addresses: [] } }),
            400,
            "HTTPBadRequest",
            "Cannot update read-only attribute addresses",
          ],
          [
            "tags",
            () => tenant.network("PUT", `${own}/tags`, { tags: ["x"] }),
            404,
            "HTTPNotFound",
            "The resource could not be found.",
          ],
        ])
        const changed = made(await tenant.network("PUT", own, { address_group: { name: "h" } }))
        t.match(changed, { name: "h", description: "d" })
      })

      await t.test("a rule may refer to an address group instead of a prefix", async (t) => {
        const { id } = await tenant.make("security-groups", { name: "s" })
        const values = { security_group_id: id, direction: "ingress", protocol: "tcp" }
        const rule = { ...values, remote_address_group_id: group.id }
        const postRule = (security_group_rule: Json) =>
          tenant.network("POST", "/security-group-rules", { security_group_rule })
        t.match(await tenant.make("security-group-rules", rule), {
          remote_address_group_id: group.id,
          remote_ip_prefix: null,
          normalized_cidr: null,
        })
        await refuses(t, [
          [
            "the same rule again",
            () => postRule(rule),
            409,
            "SecurityGroupRuleExists",
            "Security group rule already exists. Rule id is ID.",
          ],
          [
            "a prefix, too",
            () => postRule({ ...rule, remote_ip_prefix: "10.0.0.0/8" }),
            400,
            "SecurityGroupMultipleRemoteEntites",
            "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
          ],
          ["no such group", () => postRule({ ...values, remote_address_group_id: none }), ...missing],
          [
            "to take it from the rule",
            () => tenant.network("DELETE", own),
            409,
            "AddressGroupInUse",
            "Address group ID is in use on one or more security group rules.",
          ],
        ])
        await tenant.network("DELETE", `/security-groups/${id}`)
        t.equal((await tenant.network("DELETE", own)).status, 204, "it goes when no rule names it")
      })
    },
  )
