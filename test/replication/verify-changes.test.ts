import t from "tap"
import { createResource, deleteResource, updateResource } from "../../src/openstack/index.ts"
import { type Copied, inDestination, recordsOf, unmanagedOf, withCopy } from "../helpers/verified-copy.ts"

/** Changes in the destination project, and how a later verification reports them. */
const changes: readonly (readonly [
  title: string,
  change: (copied: Copied) => Promise<unknown>,
  differing: readonly object[],
  unmanaged: readonly object[],
])[] = [
  [
    "a rule that was deleted is gone",
    async (copied) => {
      const [rule] = await inDestination(copied, "security-group-rules")
      await deleteResource(copied.world.destinationCloud, "security-group-rules", rule?.id ?? "")
    },
    [{ kind: "security_group_rule", differences: [{ attribute: "id", seen: null }] }],
    [],
  ],
  [
    "a port that was changed has both values",
    async (copied) => {
      const ports = await inDestination(copied, "ports")
      const port = ports.find((one) => one.device_owner === "" || one.device_owner.startsWith("compute"))
      await updateResource(copied.world.destinationCloud, "ports", port?.id ?? "", { name: "renamed" })
    },
    [{ kind: "port", differences: [{ attribute: "name", seen: "renamed" }] }],
    [],
  ],
  [
    "an unmanaged network is named, with what it holds",
    async (copied) => {
      const { destinationCloud: cloud } = copied.world
      const own = { project_id: copied.destination, name: "theirs" }
      const { id } = await createResource(cloud, "networks", own)
      const cidr = "192.168.9.0/24"
      await createResource(cloud, "subnets", { ...own, network_id: id, ip_version: 4, cidr })
      await createResource(cloud, "ports", { ...own, network_id: id })
    },
    [],
    [
      { kind: "network", name: "theirs" },
      { kind: "subnet", name: "theirs 192.168.9.0/24" },
      { kind: "port", name: "theirs" },
    ],
  ],
  [
    "a rule that was added to a managed group is named",
    async (copied) => {
      const { destinationCloud: cloud } = copied.world
      const group = (await inDestination(copied, "security-groups")).find(({ name }) => name !== "default")
      await createResource(cloud, "security-group-rules", {
        project_id: copied.destination,
        security_group_id: group?.id,
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "sctp",
        description: "added",
      })
    },
    [],
    [{ kind: "security_group_rule", name: /^ingress sctp of / }],
  ],
  [
    "a route that was added to a managed router is named",
    async (copied) => {
      const [router] = await inDestination(copied, "routers")
      const [known] = router?.routes ?? []
      const routes = [...(router?.routes ?? []), { ...known, destination: "203.0.113.0/24" }]
      await updateResource(copied.world.destinationCloud, "routers", router?.id ?? "", { routes })
    },
    [],
    [{ kind: "route", name: /^203\.0\.113\.0\/24 via .* on / }],
  ],
  [
    "a router without its external gateway is reported",
    async (copied) => {
      const [router] = await inDestination(copied, "routers")
      await updateResource(copied.world.destinationCloud, "routers", router?.id ?? "", {
        external_gateway_info: null,
      })
    },
    [{ kind: "gateway", differences: [{ attribute: "id", seen: null }] }],
    [],
  ],
]

t.test("a later verification finds changes in the destination and records nothing else", (t) =>
  withCopy(async (copied) => {
    const records = await recordsOf(copied)
    let [differing, unmanaged] = [await copied.differing(), await unmanagedOf(copied)]
    t.strictSame([differing, unmanaged], [[], []], "the copy was exact")
    for (const [title, change, wantDiffering, wantUnmanaged] of changes) {
      await change(copied)
      const verification = await copied.verified()
      const [nowDiffering, nowUnmanaged] = [await copied.differing(), await unmanagedOf(copied)]
      const [newDiffering, newUnmanaged] = [added(differing, nowDiffering), added(unmanaged, nowUnmanaged)]
      t.match([newDiffering, newUnmanaged], [wantDiffering, wantUnmanaged], title)
      t.strictSame(
        [newDiffering.length, newUnmanaged.length],
        [wantDiffering.length, wantUnmanaged.length],
        `${title}; nothing else differs`,
      )
      t.match(verification, {
        unmanaged: nowUnmanaged.length,
        differences: nowUnmanaged.length + nowDiffering.flatMap((one) => one.differences).length,
      })
      ;[differing, unmanaged] = [nowDiffering, nowUnmanaged]
    }
    t.strictSame(await recordsOf(copied), records, "migration, order and resource stay as they are")
  }),
)

function added<Item>(before: readonly Item[], after: readonly Item[]): readonly Item[] {
  const known = new Set(before.map((one) => JSON.stringify(one)))
  return after.filter((one) => !known.has(JSON.stringify(one)))
}
