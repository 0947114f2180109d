import { passwordAuth, signIn } from "../session.ts"
import { refuses, type Tap, withTenant } from "../suite.ts"
import { call, made, record, refusal, type Target } from "../wire.ts"

const noAuth = [401, "Unauthorized", "The request you have made requires authentication."] as const

export const signin = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "signing in", async (t, tenant) => {
    const { name, password, admin, projectId } = tenant
    const tokens = `${target.authUrl}/auth/tokens`
    const ask = (login: object) => call("POST", tokens, undefined, login)
    const project = { id: projectId }

    await t.test("returns the project, the roles with implied ones, and the catalog", async (t) => {
      const token = made(tenant.answer)
      t.same(token.methods, ["password"])
      t.match(token.project, { id: projectId, name, domain: { id: "default", name: "Default" } })
      const roles = Array.isArray(token.roles) ? token.roles.map((role) => record(role).name) : []
      t.same(roles.sort(), ["member", "reader"])
      t.match(tenant.answer.headers.get("x-openstack-request-id"), /^req-[0-9a-f-]{36}$/)
      t.ok(
        JSON.stringify(token.catalog).includes(`/v3/${projectId}"`),
        "the volume service's URL contains the project",
      )
    })
    await t.test("by the project's name and domain has the same scope", async (t) => {
      const session = await signIn(target, { name, password, project: { name, domain: { name: "Default" } } })
      t.same(session.projectId, projectId)
    })
    await t.test("names are compared without regard to case", async (t) => {
      const session = await signIn(target, {
        name: name.toUpperCase(),
        password,
        project: { name: name.toUpperCase(), domain: { id: "default" } },
      })
      t.same(session.projectId, projectId)
    })
    await t.test("a token can be exchanged for one of another scope", async (t) => {
      const identity = { methods: ["token"], token: { id: tenant.token } }
      const answer = await ask({ auth: { identity, scope: { project } } })
      t.same(answer.status, 201)
      t.same(record(made(answer).project).id, projectId)
    })
    await refuses(t, [
      ["a wrong password", () => ask(passwordAuth({ name, password: "wrong", project })), ...noAuth],
      ["an unknown user", () => ask(passwordAuth({ name: "nobody", password, project })), ...noAuth],
      [
        "a project without a role",
        () => ask(passwordAuth({ name, password, project: { id: admin.projectId } })),
        ...noAuth,
      ],
      [
        "an unknown project",
        () => ask(passwordAuth({ name, password, project: { id: "0".repeat(32) } })),
        ...noAuth,
      ],
      ["identity: no token", () => call("GET", `${target.authUrl}/projects`), ...noAuth],
      [
        "identity: nonsense for a token",
        () => call("GET", `${target.authUrl}/projects`, "nonsense"),
        ...noAuth,
      ],
    ])

    await t.test("an application credential signs in, and its token cannot be exchanged", async (t) => {
      const path = `/users/${tenant.userId}/application_credentials`
      const made1 = made(await tenant.identity("POST", path, { application_credential: { name: "one" } }))
      const by = (secret: unknown) => ({
        methods: ["application_credential"],
        application_credential: { id: made1.id, secret },
      })
      const answer = await ask({ auth: { identity: by(made1.secret) } })
      t.same(answer.status, 201)
      t.same(record(made(answer).project).id, projectId)
      const token = { id: answer.headers.get("x-subject-token") }
      await refuses(t, [
        ["a wrong secret", () => ask({ auth: { identity: by("wrong") } }), ...noAuth],
        [
          "an exchange",
          () => ask({ auth: { identity: { methods: ["token"], token }, scope: { project } } }),
          403,
          "Forbidden",
          "You are not authorized to perform the requested action: Using a delegated token to create another token is not allowed..",
        ],
      ])
    })
    await t.test("a revoked token is refused by all services", async (t) => {
      const other = await signIn(target, { name, password, project })
      const headers = { "x-subject-token": other.token }
      t.same((await call("HEAD", tokens, tenant.token, undefined, headers)).status, 200)
      t.same((await call("DELETE", tokens, tenant.token, undefined, headers)).status, 204)
      t.same((await call("GET", tokens, admin.token, undefined, headers)).status, 404)
      for (const send of [other.identity, other.network, other.compute, other.volume])
        t.same(refusal(await send("GET", send === other.identity ? "/auth/projects" : "/networks")), noAuth)
    })
  })
