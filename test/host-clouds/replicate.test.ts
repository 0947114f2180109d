import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import t from "tap"
import { stringify } from "yaml"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import { connectionTo } from "../../host/demo/simulated.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { startCloud } from "../../simulator/index.ts"
import { connectCloud, findProjectsByName } from "../../src/openstack/index.ts"
import { memberCredential } from "../helpers/application-credential.ts"
import { withEmptyDatabase } from "../helpers/database.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { command, startCommand } from "./command.ts"

t.jobs = 4

const quick = { requestsPerSecond: 5_000, inFlight: 16 }

t.test("one command replicates a project from one cloud of clouds.yaml to another", async (t) => {
  const { source, destination, projectId, credential, file } = await twoClouds(t)
  const secrets = [destination.admin.password, credential.secret]
  await withEmptyDatabase(async (url) => {
    const args = ["--once", "--clouds", file, "--source", "lab", "--destination", "backup"]
    const { code, text } = await command("start", args, { DATABASE_URL: url })
    t.equal(code, 0, text)
    t.match(text, '"project-of-ann" from cloud lab to cloud backup')
    t.match(text, / objects compared, 0 differences$/m)
    for (const secret of secrets) t.notMatch(text, secret)
  })
  const reader = connectCloud({ ...connectionTo("B", destination), ...quick })
  const [copy] = await findProjectsByName(reader, "project-of-ann-replica")
  const admin = connectCloud({ ...connectionTo("A", source), ...quick })
  t.strictSame(await viewTenant(reader, copy?.id ?? ""), await viewTenant(admin, projectId), "an exact copy")
  await Promise.all([reader.close(), admin.close()])
})

t.test("an administrator copies a named project within the cloud of the OS_* variables", async (t) => {
  const { source, projectId } = await twoClouds(t)
  const { authUrl, admin, region } = source
  await withEmptyDatabase(async (url) => {
    const args = ["--once", "--source", "envvars", "--destination", "envvars", "--source-project", projectId]
    const { code, text } = await command("start", args, {
      DATABASE_URL: url,
      OS_AUTH_URL: authUrl.replace(/\/v3$/, ""),
      OS_USERNAME: admin.username,
      OS_PASSWORD: admin.password,
      OS_PROJECT_NAME: admin.projectName,
      OS_USER_DOMAIN_ID: "default",
      OS_PROJECT_DOMAIN_ID: "default",
      OS_REGION_NAME: region,
    })
    t.equal(code, 0, text)
    t.match(text, '"project-of-ann" from cloud envvars to cloud envvars')
    t.match(text, / objects compared, 0 differences$/m)
  })
})

t.test("credentials that may not create a project end the command with the remedy", async (t) => {
  const { file } = await twoClouds(t)
  await withEmptyDatabase(async (url) => {
    const args = ["--once", "--clouds", file, "--source", "lab", "--destination", "lab"]
    const { code, text } = await command("start", args, { DATABASE_URL: url })
    t.equal(code, 1)
    t.match(text, /lab: identity \w+ \/projects answered 403: /)
    t.match(text, "An application credential keeps the roles that it was created with")
  })
})

t.test("a host with your own clouds serves until SIGTERM", async (t) => {
  const { file } = await twoClouds(t)
  await withEmptyDatabase(async (url) => {
    const args = ["--json", "--clouds", file, "--source", "lab", "--destination", "backup"]
    await using host = startCommand("serve", args, { DATABASE_URL: url })
    const [line] = await host.line(/^\{.*\}$/)
    const { src_resource, dst_offering, networks } = JSON.parse(line)
    t.match(
      { src_resource, dst_offering },
      { src_resource: /^[0-9a-f]{32}$/, dst_offering: /^[0-9a-f]{32}$/ },
    )
    t.equal(networks.length, 2, "the project's networks have rows")
    t.equal(await host.end(), 0)
  })
})

/** Cloud "lab" with a member's project and application credential, "backup" with its administrator, in a clouds.yaml. */
async function twoClouds(t: Pick<typeof import("tap").t, "teardown">) {
  const [source, destination, folder] = await Promise.all([
    startCloud({ name: "A", region: "RegionA" }),
    startCloud({ name: "B", region: "RegionB" }),
    mkdtemp(join(tmpdir(), "clouds-")),
  ])
  t.teardown(async () => {
    await Promise.all([source.close(), destination.close(), rm(folder, { recursive: true })])
  })
  const { projectId, ...credential } = await memberCredential(
    source,
    async (cloud) =>
      (await seedTenant(cloud, demoTenant("small"), { projectName: "project-of-ann" })).projectId,
  )
  const { admin } = destination
  const file = join(folder, "clouds.yaml")
  await writeFile(
    file,
    stringify({
      clouds: {
        lab: {
          auth_type: "v3applicationcredential",
          auth: { auth_url: source.authUrl, application_credential_id: credential.id },
          region_name: source.region,
        },
        backup: {
          auth: {
            auth_url: destination.authUrl,
            username: admin.username,
            project_name: admin.projectName,
            user_domain_name: admin.userDomain,
            project_domain_id: "default",
          },
          region_name: destination.region,
          interface: "internal",
        },
      },
    }),
  )
  await writeFile(
    join(folder, "secure.yaml"),
    stringify({
      clouds: {
        lab: { auth: { application_credential_secret: credential.secret } },
        backup: { auth: { password: admin.password } },
      },
    }),
  )
  return { source, destination, projectId, credential, file }
}
