import t from "tap"
import { findSource } from "../../host/clouds/source-project.ts"
import { connectionTo } from "../../host/demo/simulated.ts"
import { startCloud } from "../../simulator/index.ts"
import { connectCloud, createProject, createUser, findRole, grantRole } from "../../src/openstack/index.ts"
import { memberCredential } from "../helpers/application-credential.ts"

const password = "Tr0ub4dor-member"

/** A cloud with a user who is a member of the projects "one" and "two" and not of "three". */
async function cloudOfProjects(t: Pick<typeof import("tap").t, "teardown">) {
  const simulated = await startCloud({ name: "A" })
  t.teardown(() => simulated.close())
  const admin = { ...connectionTo("lab", simulated), requestsPerSecond: 5_000 }
  const cloud = connectCloud(admin)
  const { domainId, projectId: own } = await cloud.whoami()
  const ids: Record<string, string> = { admin: own }
  for (const name of ["one", "two", "three"]) ids[name] = (await createProject(cloud, { name, domainId })).id
  const user = await createUser(cloud, { name: "ann", password, domainId, defaultProjectId: ids.one ?? "" })
  const role = await findRole(cloud, "member")
  for (const name of ["one", "two"])
    await grantRole(cloud, { projectId: ids[name] ?? "", userId: user.id, roleId: role?.id ?? "" })
  await cloud.close()
  const member = { ...admin, username: "ann", password, projectName: "one" }
  return { simulated, admin, member, ids }
}

t.test("the source project is that of the credentials, unless another one is named", async (t) => {
  const { admin, ids } = await cloudOfProjects(t)
  t.strictSame(await findSource(admin, undefined), { connection: admin, projectId: ids.admin })
  for (const wanted of ["three", ids.three])
    t.strictSame(await findSource(admin, wanted), { connection: admin, projectId: ids.three }, `${wanted}`)
})

t.test("a user who is not an administrator signs in to the named project", async (t) => {
  const { member, ids } = await cloudOfProjects(t)
  t.strictSame(await findSource(member, "one"), { connection: member, projectId: ids.one })
  for (const wanted of ["two", ids.two]) {
    const { connection, projectId } = await findSource(member, wanted)
    t.strictSame(
      { connection, projectId },
      { connection: { ...member, projectId: ids.two }, projectId: ids.two },
    )
    const cloud = connectCloud(connection)
    t.match(await cloud.whoami(), { projectId: ids.two })
    await cloud.close()
  }
})

t.test("a project that does not exist or is another user's is refused by its name", async (t) => {
  const { admin, member } = await cloudOfProjects(t)
  for (const [connection, wanted] of [
    [admin, "lost"],
    [member, "three"],
  ] as const)
    await t.rejects(findSource(connection, wanted), {
      name: "UsageError",
      message: `--source-project: cloud "lab" has no project "${wanted}" that this user may read.`,
    })
})

t.test("an application credential is refused for another project than its own", async (t) => {
  const { simulated, admin } = await cloudOfProjects(t)
  const { projectId, ...applicationCredential } = await memberCredential(simulated)
  const connection = { ...admin, username: "", password: "", projectName: "", applicationCredential }
  t.match(await findSource(connection, projectId), { projectId })
  await t.rejects(findSource(connection, "two"), { name: "UsageError" })
})
