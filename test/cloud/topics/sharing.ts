import { refuses, type Tap, withExtensions } from "../suite.ts"
import { createTenant } from "../tenant.ts"
import { type Json, made, madeList, none, refusal, type Target } from "../wire.ts"

export const sharing = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(t, target, ["RBAC policies", "rbac-policies"], async (t, tenant) => {
    const network = await tenant.make("networks", { name: "n" })
    const values = { object_type: "network", object_id: network.id, action: "access_as_shared" }
    const post = (rbac_policy: Json) => tenant.network("POST", "/rbac-policies", { rbac_policy })
    const guest = await createTenant(target)

    await t.test(
      "a shared object is visible to the project that it is shared with and to no other",
      async (t) => {
        const own = `/networks/${network.id}`
        t.equal((await guest.network("GET", own)).status, 404)
        const policy = await tenant.make("rbac-policies", { ...values, target_tenant: guest.projectId })
        t.match(policy, { ...values, target_tenant: guest.projectId, project_id: tenant.projectId })
        t.equal(made(await guest.network("GET", own)).shared, true)
        t.equal(made(await tenant.network("GET", own)).shared, false, "to its owner it is as it was")
        t.match(await tenant.list("rbac-policies"), [{ id: policy.id }])
        await refuses(t, [
          [
            "the same again",
            () => post({ ...values, target_tenant: guest.projectId }),
            409,
            "DuplicateRbacPolicy",
            "An RBAC policy already exists with those values.",
          ],
        ])
        t.equal((await tenant.network("DELETE", `/rbac-policies/${policy.id}`)).status, 204)
        t.equal((await guest.network("GET", own)).status, 404)
      },
    )

    await t.test("an administrator shares an object with all projects", async (t) => {
      const rule = "rule:create_rbac_policy"
      await refuses(t, [
        [
          "a tenant sharing with all projects",
          () => post({ ...values, target_tenant: "*" }),
          403,
          "PolicyNotAuthorized",
          `((((${rule} and ${rule}:object_type) and ${rule}:object_id) and ${rule}:target_tenant) and ${rule}:action) is disallowed by policy`,
        ],
        [
          "several at once",
          () => tenant.admin.network("POST", "/rbac-policies", { rbac_policies: [values] }),
          400,
          "HTTPBadRequest",
          "Unable to find 'rbac_policy' in request body",
        ],
        [
          "no such action",
          () => post({ ...values, action: "colour", target_tenant: guest.projectId }),
          400,
          "InvalidActionForType",
          "Invalid action 'colour' for object type 'network'. Valid actions: ('access_as_shared', 'access_as_external')",
        ],
        [
          "no such kind of object",
          () => post({ ...values, object_type: "colour", target_tenant: guest.projectId }),
          400,
          "InvalidInput",
          "Invalid input for operation: 'colour' is not a valid RBAC object type.",
        ],
        [
          "no such policy",
          () => tenant.network("DELETE", `/rbac-policies/${none}`),
          404,
          "RbacPolicyNotFound",
          "RBAC policy of type unknown with ID ID not found",
        ],
      ])
      const policy = await tenant.makeAsAdmin("rbac-policies", { ...values, target_tenant: "*" })
      t.equal(made(await tenant.network("GET", `/networks/${network.id}`)).shared, true)
      t.equal(made(await guest.network("GET", `/networks/${network.id}`)).shared, true)
      t.equal((await tenant.admin.network("DELETE", `/rbac-policies/${policy.id}`)).status, 204)
    })
    await t.test(
      "an object that is shared with all projects stays shared while its own project uses it",
      async (t) => {
        const known = madeList(await tenant.network("GET", "/extensions")).map(({ alias }) => alias)
        if (
          !["rbac-address-group", "security-groups-remote-address-group"].every((one) => known.includes(one))
        )
          return
        const group = await tenant.make("address-groups", { addresses: ["192.0.2.0/24"] })
        const policy = await tenant.makeAsAdmin("rbac-policies", {
          object_type: "address_group",
          object_id: group.id,
          action: "access_as_shared",
          target_tenant: "*",
        })
        const { id } = await tenant.make("security-groups", { name: "s" })
        await tenant.make("security-group-rules", {
          security_group_id: id,
          direction: "ingress",
          remote_address_group_id: group.id,
        })
        const drop = () => tenant.admin.network("DELETE", `/rbac-policies/${policy.id}`)
        t.same(refusal(await drop()).slice(0, 2), [409, "RbacPolicyInUse"])
        await tenant.network("DELETE", `/security-groups/${id}`)
        t.equal((await tenant.network("DELETE", `/address-groups/${group.id}`)).status, 204)
        t.equal((await drop()).status, 404, "it goes with its object")
      },
    )
    await guest.remove()
  })
