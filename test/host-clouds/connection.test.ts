import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import t from "tap"
import { connectionOf } from "../../host/clouds/connection.ts"

const place = { cwd: "/none", home: "/none" }
const auth = { auth_url: "https://k:5000/v3", username: "ann", password: "pw", project_name: "lab" }
const expected = { name: "x", authUrl: auth.auth_url, username: "ann", password: "pw", projectName: "lab" }
const byId = { application_credential_id: "c1", application_credential_secret: "s1" }
const { auth_url } = auth
const noUser = { ...expected, username: "", password: "", projectName: "" }

for (const [title, definition, wanted] of [
  ["a user and a password", { auth_type: "v3password", auth }, expected],
  ["a password where no auth_type is set", { auth }, expected],
  ["keys beside auth, as the OS_* variables have them", auth, expected],
  [
    "the keys of older clients",
    { auth: { auth_url, "user-id": "u1", password: "pw", tenant_id: "t1" } },
    { ...expected, username: "", projectName: "", userId: "u1", projectId: "t1" },
  ],
  [
    "domains by name",
    { auth: { ...auth, user_domain_name: "P", project_domain_name: "Q" } },
    { ...expected, userDomain: "P", projectDomain: "Q" },
  ],
  [
    "domains by id",
    { auth: { ...auth, user_domain_id: "p", project_domain_id: "q" } },
    { ...expected, userDomainId: "p", projectDomainId: "q" },
  ],
  [
    "one domain for both",
    { auth: { ...auth, domain_id: "p" } },
    { ...expected, userDomainId: "p", projectDomainId: "p" },
  ],
  [
    "an application credential by id",
    { auth_type: "v3applicationcredential", auth: { auth_url, ...byId } },
    { ...noUser, applicationCredential: { id: "c1", secret: "s1" } },
  ],
  [
    "an application credential without an auth_type",
    { auth: { auth_url, ...byId } },
    { ...noUser, applicationCredential: { id: "c1", secret: "s1" } },
  ],
  [
    "an application credential by name",
    {
      auth: {
        auth_url,
        username: "ann",
        user_domain_name: "P",
        application_credential_name: "n",
        application_credential_secret: "s1",
      },
    },
    { ...noUser, username: "ann", userDomain: "P", applicationCredential: { name: "n", secret: "s1" } },
  ],
  ["the region", { auth, region_name: "R1" }, { ...expected, region: "R1" }],
  [
    "the first of several regions",
    { auth, regions: [{ name: "R1", values: {} }, "R2"] },
    { ...expected, region: "R1" },
  ],
  ["the interface", { auth, interface: "internal" }, { ...expected, interface: "internal" }],
  [
    "the interface by its former key",
    { auth, endpoint_type: "adminURL" },
    { ...expected, interface: "admin" },
  ],
  [
    "the rate limit",
    { auth, rate_limit: "2.5", concurrency: "3", api_timeout: "30" },
    { ...expected, requestsPerSecond: 2.5, inFlight: 3, timeoutMs: 30_000 },
  ],
  ["insecure", { auth, insecure: "True", cacert: "none.pem" }, { ...expected, tls: { verify: false } }],
  ["verify", { auth, verify: "false" }, { ...expected, tls: { verify: false } }],
  ["verify at its default", { auth, verify: "true", insecure: "false" }, expected],
] as const)
  t.test(`clouds.yaml is read: ${title}`, async (t) => {
    t.strictSame(connectionOf({ name: "x", definition, origin: "f" }, place), wanted)
  })

t.test("cacert is read relative to the home folder or to that of the command", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "clouds-"))
  t.teardown(() => rm(folder, { recursive: true }))
  const pem = "-----BEGIN CERTIFICATE-----\nx\n"
  await writeFile(join(folder, "ca.pem"), pem)
  const read = (cacert: string) =>
    connectionOf({ name: "x", definition: { auth, cacert }, origin: "f" }, { cwd: folder, home: folder }).tls
  for (const cacert of ["ca.pem", "~/ca.pem", join(folder, "ca.pem")]) t.strictSame(read(cacert), { ca: pem })
  await writeFile(join(folder, "key.pem"), "-----BEGIN s3cret")
  t.throws(() => read("key.pem"), /^Cloud "x" of f has a cacert without a certificate in it: .*key\.pem\.$/)
})

for (const [title, definition, message] of [
  ["nothing", {}, "lacks auth_url, username, password, project_name."],
  ["no project", { auth: { ...auth, project_name: "" } }, "lacks project_name."],
  [
    "half an application credential",
    { auth_type: "v3applicationcredential", auth: { auth_url } },
    "lacks application_credential_id, application_credential_secret.",
  ],
  [
    "an application credential by name without its user",
    { auth: { auth_url, application_credential_name: "n", application_credential_secret: "s" } },
    "lacks username.",
  ],
  [
    "another auth_type",
    { auth_type: "v3oidcpassword", auth },
    "has the auth_type v3oidcpassword; only v3password and v3applicationcredential are supported.",
  ],
  [
    "a scope of the system",
    { auth: { ...auth, system_scope: "all" } },
    "is scoped to the system, which is not supported; set project_name instead.",
  ],
  [
    "Keystone v2",
    { auth, identity_api_version: "2.0" },
    "has identity_api_version 2; only Keystone v3 is supported.",
  ],
  [
    "no address",
    { auth: { ...auth, auth_url: "keystone:5000" } },
    "has an auth_url that is not an http or https URL.",
  ],
  [
    "another interface",
    { auth, interface: "private" },
    "has the interface private; it must be one of public, internal, admin.",
  ],
  ["a rate limit of 0", { auth, rate_limit: "0" }, "has a rate_limit that is not a number above 0."],
  ["a client certificate", { auth, cert: "c.pem" }, "has a client certificate, which is not supported."],
  [
    "a certificate authority whose file is missing",
    { auth, cacert: "ca.pem" },
    "has a cacert that cannot be read: /none/ca.pem.",
  ],
] as const)
  t.test(`clouds.yaml is refused in one line: ${title}`, async (t) => {
    t.throws(() => connectionOf({ name: "x", definition, origin: "f" }, place), {
      name: "UsageError",
      message: `Cloud "x" of f ${message}`,
    })
  })
