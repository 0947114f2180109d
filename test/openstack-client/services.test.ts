import t from "tap"
import * as openstack from "../../src/openstack/index.ts"
import { connect, failureOf, fakeCloud } from "./fake-cloud.ts"

type Work = (cloud: openstack.Cloud) => Promise<unknown>
type Exchange = readonly [request: string, body: unknown, answer: unknown]

const named = { name: "ann", domainId: "d" }
const grant = { projectId: "p", userId: "u", roleId: "r" }
const grantPath = "/identity/v3/projects/p/users/u/roles/r"

const cases: readonly [title: string, work: Work, exchange: Exchange, want: unknown][] = [
  [
    "a domain is found by name",
    (c) => openstack.findDomain(c, "Default"),
    ["GET /identity/v3/domains?name=Default", undefined, { domains: [{ id: "d", name: "Default" }] }],
    { id: "d", name: "Default" },
  ],
  [
    "projects are found by name and domain",
    (c) => openstack.findProjects(c, named),
    ["GET /identity/v3/projects?name=ann&domain_id=d", undefined, { projects: [{ id: "p" }] }],
    [{ id: "p" }],
  ],
  [
    "a project is created",
    (c) => openstack.createProject(c, { ...named, description: "what", tags: ["a"] }),
    [
      "POST /identity/v3/projects",
      { project: { name: "ann", description: "what", domain_id: "d", enabled: true, tags: ["a"] } },
      { project: { id: "p" } },
    ],
    { id: "p" },
  ],
  [
    "a project is deleted",
    (c) => openstack.deleteProject(c, "p"),
    ["DELETE /identity/v3/projects/p", undefined, undefined],
    undefined,
  ],
  [
    "users are found by name and domain",
    (c) => openstack.findUsers(c, named),
    ["GET /identity/v3/users?name=ann&domain_id=d", undefined, { users: [] }],
    [],
  ],
  [
    "a user is created",
    (c) => openstack.createUser(c, { ...named, password: "pw", defaultProjectId: "p" }),
    [
      "POST /identity/v3/users",
      {
        user: {
          name: "ann",
          password: "pw",
          description: "",
          domain_id: "d",
          default_project_id: "p",
          enabled: true,
        },
      },
      { user: { id: "u" } },
    ],
    { id: "u" },
  ],
  [
    "a user is deleted",
    (c) => openstack.deleteUser(c, "u"),
    ["DELETE /identity/v3/users/u", undefined, undefined],
    undefined,
  ],
  [
    "a role with the exact name is preferred to other letter case",
    (c) => openstack.findRole(c, "member"),
    ["GET /identity/v3/roles", undefined, roles("Member", "member")],
    { id: "member", name: "member" },
  ],
  [
    "a role is found in whatever letter case",
    (c) => openstack.findRole(c, "member"),
    ["GET /identity/v3/roles", undefined, roles("_member_", "Member")],
    { id: "Member", name: "Member" },
  ],
  [
    "a role is granted",
    (c) => openstack.grantRole(c, grant),
    [`PUT ${grantPath}`, undefined, undefined],
    undefined,
  ],
  ["a grant is read", (c) => openstack.hasRole(c, grant), [`HEAD ${grantPath}`, undefined, undefined], true],
  [
    "a role is revoked",
    (c) => openstack.revokeRole(c, grant),
    [`DELETE ${grantPath}`, undefined, undefined],
    undefined,
  ],
  [
    "a project's role assignments are listed",
    (c) => openstack.listRoleAssignments(c, { projectId: "p" }),
    ["GET /identity/v3/role_assignments?scope.project.id=p", undefined, { role_assignments: [] }],
    [],
  ],
  [
    "dashes in a collection's path are underscores in its body",
    (c) => openstack.listResources(c, "security-groups", { project_id: "p" }),
    [
      "GET /network/v2.0/security-groups?project_id=p",
      undefined,
      { security_groups: [{ id: "1" }], security_groups_links: [] },
    ],
    [{ id: "1" }],
  ],
  [
    "several resources are created in one request and returned in order",
    (c) => openstack.createResources(c, "address-groups", [{ name: "a" }, { name: "b" }]),
    [
      "POST /network/v2.0/address-groups",
      { address_groups: [{ name: "a" }, { name: "b" }] },
      { address_groups: [{ id: "1" }, { id: "2" }] },
    ],
    [{ id: "1" }, { id: "2" }],
  ],
  [
    "a single resource is created in the plain form, which clouds without bulk accept too",
    (c) => openstack.createResources(c, "networks", [{ name: "a" }]),
    ["POST /network/v2.0/networks", { network: { name: "a" } }, { network: { id: "1" } }],
    [{ id: "1" }],
  ],
  [
    "a resource is created in the plain form",
    (c) => openstack.createResource(c, "rbac-policies", { action: "access_as_shared" }),
    [
      "POST /network/v2.0/rbac-policies",
      { rbac_policy: { action: "access_as_shared" } },
      { rbac_policy: { id: "1" } },
    ],
    { id: "1" },
  ],
  [
    "QoS policies are below /qos",
    (c) => openstack.updateResource(c, "policies", "1", { name: "gold" }),
    ["PUT /network/v2.0/qos/policies/1", { policy: { name: "gold" } }, { policy: { id: "1" } }],
    { id: "1" },
  ],
  [
    "a resource is read by its escaped id",
    (c) => openstack.getResource(c, "trunks", "1/2"),
    ["GET /network/v2.0/trunks/1%2F2", undefined, { trunk: { id: "1/2" } }],
    { id: "1/2" },
  ],
  [
    "a resource is deleted",
    (c) => openstack.deleteResource(c, "security-group-rules", "1"),
    ["DELETE /network/v2.0/security-group-rules/1", undefined, undefined],
    undefined,
  ],
  [
    "a router interface is added",
    (c) => openstack.addRouterInterface(c, "r", { subnet_id: "s" }),
    ["PUT /network/v2.0/routers/r/add_router_interface", { subnet_id: "s" }, { id: "r", port_id: "p" }],
    { id: "r", port_id: "p" },
  ],
  [
    "a router interface is removed",
    (c) => openstack.removeRouterInterface(c, "r", { port_id: "p" }),
    ["PUT /network/v2.0/routers/r/remove_router_interface", { port_id: "p" }, { id: "r" }],
    undefined,
  ],
  [
    "Neutron's quotas are read",
    (c) => openstack.getNetworkQuota(c, "p"),
    ["GET /network/v2.0/quotas/p", undefined, { quota: { network: 100, project_id: "p" } }],
    { network: 100 },
  ],
  [
    "Neutron's quotas are set",
    (c) => openstack.setNetworkQuota(c, "p", { port: -1 }),
    ["PUT /network/v2.0/quotas/p", { quota: { port: -1 } }, { quota: { port: -1 } }],
    { port: -1 },
  ],
  [
    "Nova's quotas are read",
    (c) => openstack.getComputeQuota(c, "p"),
    ["GET /compute/v2.1/os-quota-sets/p", undefined, { quota_set: { id: "p", cores: 20 } }],
    { cores: 20 },
  ],
  [
    "Nova's quotas are set",
    (c) => openstack.setComputeQuota(c, "p", { cores: 3 }),
    ["PUT /compute/v2.1/os-quota-sets/p", { quota_set: { cores: 3 } }, { quota_set: { cores: 3 } }],
    { cores: 3 },
  ],
  [
    "Cinder's quotas are read below the signed-in project",
    (c) => openstack.getVolumeQuota(c, "p"),
    [
      "GET /volume/v3/project-id/os-quota-sets/p",
      undefined,
      { quota_set: { id: "p", volumes: 10, gigabytes_ssd: -1 } },
    ],
    { volumes: 10, gigabytes_ssd: -1 },
  ],
  [
    "Cinder's quotas are set",
    (c) => openstack.setVolumeQuota(c, "p", { volumes: 3 }),
    [
      "PUT /volume/v3/project-id/os-quota-sets/p",
      { quota_set: { volumes: 3 } },
      { quota_set: { volumes: 3 } },
    ],
    { volumes: 3 },
  ],
  ...(
    [
      [openstack.getComputeUsage, "compute/v2.1/os-quota-sets/p/detail", "quota_set", "in_use"],
      [openstack.getVolumeUsage, "volume/v3/project-id/os-quota-sets/p?usage=true", "quota_set", "in_use"],
      [openstack.getNetworkUsage, "network/v2.0/quotas/p/details", "quota", "used"],
    ] as const
  ).map(([read, at, key, usage]): (typeof cases)[number] => [
    `limits and usages are read together from ${at}`,
    (c) => read(c, "p"),
    [`GET /${at}`, undefined, { [key]: { id: "p", gold: { limit: -1, [usage]: 3, reserved: 0 }, odd: 7 } }],
    { gold: { limit: -1, used: 3 } },
  ]),
  [
    "images that every project may use are listed",
    (c) => openstack.listPublicImages(c),
    ["GET /image/v2/images?visibility=public", undefined, { images: [{ id: "1" }] }],
    [{ id: "1" }],
  ],
  [
    "volume types are listed, private types included",
    (c) => openstack.listVolumeTypes(c),
    ["GET /volume/v3/project-id/types?is_public=None", undefined, { volume_types: [{ id: "1" }] }],
    [{ id: "1" }],
  ],
  [
    "a volume type is created",
    (c) => openstack.createVolumeType(c, { name: "ssd", isPublic: false }),
    [
      "POST /volume/v3/project-id/types",
      { volume_type: { name: "ssd", description: "", "os-volume-type-access:is_public": false } },
      { volume_type: { id: "1" } },
    ],
    { id: "1" },
  ],
]

for (const [title, work, [request, body, answer], want] of cases)
  t.test(title, async (t) => {
    const fake = await fakeCloud(t, { answer: () => ({ body: answer }) })
    t.same(await work(connect(t, fake)), want)
    t.same(
      fake.calls.map((call) => [`${call.method} ${call.path}${call.query}`, call.body]),
      [[request, body]],
    )
  })

t.test("nothing to create makes no call", async (t) => {
  const fake = await fakeCloud(t)
  t.same(await openstack.createResources(connect(t, fake), "ports", []), [])
  t.same(fake.calls, [])
})

t.test("a missing grant is false, not an error", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ status: 404 }) })
  t.equal(await openstack.hasRole(connect(t, fake), grant), false)
})

t.test("a router interface is not added twice after a lost response", async (t) => {
  const fake = await fakeCloud(t, { answer: () => "reset" })
  const error = await failureOf(openstack.addRouterInterface(connect(t, fake), "r", { subnet_id: "s" }))
  t.equal(error.failure.uncertain, true)
  t.equal(fake.calls.length, 1)
})

function roles(...names: readonly string[]) {
  return { roles: names.map((name) => ({ id: name, name })) }
}
