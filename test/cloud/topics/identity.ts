import { signIn } from "../session.ts"
import { refuses, type Tap, withTenant } from "../suite.ts"
import { grantMember, removeProject } from "../tenant.ts"
import { idOf, made, madeList, refusal, type Target } from "../wire.ts"

const zeros = "0".repeat(32)

const forbidden = (action: string) =>
  [403, "Forbidden", `You are not authorized to perform the requested action: identity:${action}.`] as const

export const identity = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "projects, users and roles", async (t, tenant) => {
    const { admin, name, projectId, userId } = tenant
    const grant = (project: string, user: string, role: unknown) =>
      `/projects/${project}/users/${user}/roles/${role}`
    const role = async (one: string) => madeList(await admin.identity("GET", `/roles?name=${one}`))[0]
    const [member, reader] = [await role("MEMBER"), await role("reader")]

    await t.test("a role is found by its full name, in any case", async (t) => {
      t.match(member, { name: "member", domain_id: null })
      t.same(madeList(await admin.identity("GET", "/roles?name=mem")), [])
      const names = madeList(await admin.identity("GET", "/roles")).map((row) => row.name)
      t.same(["admin", "member", "reader"].filter((one) => names.includes(one)).length, 3)
    })
    await t.test("a project is created with tags, updated and found by its name", async (t) => {
      const body = { name: `${name}-b`, domain_id: "default", description: "d", tags: ["x"] }
      const answer = await admin.identity("POST", "/projects", { project: body })
      const project = made(answer)
      t.same(answer.status, 201)
      t.match(project, { ...body, enabled: true, parent_id: "default", is_domain: false, options: {} })
      const changed = await admin.identity("PATCH", `/projects/${project.id}`, {
        project: { description: "e", tags: ["y"] },
      })
      t.match(made(changed), { description: "e", tags: ["y"], name: `${name}-b` })
      const found = madeList(await admin.identity("GET", `/projects?name=${name.toUpperCase()}-B`))
      t.same(found.map(idOf), [project.id])
      t.match(
        await tenant.identity("GET", `/projects/${projectId}`),
        { status: 200 },
        "a tenant sees its own project",
      )
      await refuses(t, [
        [
          "a tenant reading another",
          () => tenant.identity("GET", `/projects/${project.id}`),
          ...forbidden("get_project"),
        ],
      ])
      t.same((await admin.identity("DELETE", `/projects/${project.id}`)).status, 204)
    })
    await t.test("a grant is set twice, checked and removed", async (t) => {
      const path = grant(projectId, userId, reader?.id)
      t.same((await admin.identity("PUT", path)).status, 204)
      t.same((await admin.identity("PUT", path)).status, 204)
      t.same((await admin.identity("HEAD", path)).status, 204)
      const rows = madeList(
        await admin.identity("GET", `/role_assignments?scope.project.id=${projectId}&include_names=true`),
      )
      t.same(rows.length, 2)
      t.match(rows[0], { user: { id: userId, name }, scope: { project: { id: projectId, name } } })
      t.same((await admin.identity("DELETE", path)).status, 204)
      t.same((await admin.identity("HEAD", path)).status, 404)
      t.same(madeList(await admin.identity("GET", `/role_assignments?scope.project.id=${zeros}`)), [])
    })
    await refuses(t, [
      [
        "a project's name taken",
        () => admin.identity("POST", "/projects", { project: { name, domain_id: "default" } }),
        409,
        "Conflict",
        `Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is ${name}, project id PROJECT.`,
      ],
      [
        "a user's name taken",
        () => admin.identity("POST", "/users", { user: { name, domain_id: "default", password: "x" } }),
        409,
        "Conflict",
        `Conflict occurred attempting to store user - Duplicate entry found with name ${name} at domain ID default.`,
      ],
      [
        "no such project",
        () => admin.identity("GET", `/projects/${zeros}`),
        404,
        "Not Found",
        "Could not find project: PROJECT.",
      ],
      [
        "no such user",
        () => admin.identity("GET", `/users/${zeros}`),
        404,
        "Not Found",
        "Could not find user: PROJECT.",
      ],
      [
        "no such role to grant",
        () => admin.identity("PUT", grant(projectId, userId, zeros)),
        404,
        "Not Found",
        "Could not find role: PROJECT.",
      ],
      [
        "a grant on an unknown project",
        () => admin.identity("PUT", grant(zeros, userId, member?.id)),
        404,
        "Not Found",
        "Could not find project: PROJECT.",
      ],
      [
        "no such user to grant to",
        () => admin.identity("PUT", grant(projectId, zeros, member?.id)),
        404,
        "Not Found",
        "Could not find user: PROJECT.",
      ],
      [
        "an unknown domain",
        () => admin.identity("POST", "/projects", { project: { name: "z", domain_id: "nope" } }),
        400,
        "Bad Request",
        "Could not find domain: nope.",
      ],
      ["a tenant listing projects", () => tenant.identity("GET", "/projects"), ...forbidden("list_projects")],
      [
        "a tenant making a project",
        () => tenant.identity("POST", "/projects", { project: { name: "z" } }),
        ...forbidden("create_project"),
      ],
      [
        "a tenant deleting its project",
        () => tenant.identity("DELETE", `/projects/${projectId}`),
        ...forbidden("delete_project"),
      ],
      [
        "a tenant making a user",
        () => tenant.identity("POST", "/users", { user: { name: "z" } }),
        ...forbidden("create_user"),
      ],
      ["a tenant listing roles", () => tenant.identity("GET", "/roles"), ...forbidden("list_roles")],
      [
        "a tenant granting",
        () => tenant.identity("PUT", grant(projectId, userId, member?.id)),
        ...forbidden("create_grant"),
      ],
      [
        "a tenant listing grants",
        () => tenant.identity("GET", `/role_assignments?scope.project.id=${projectId}`),
        ...forbidden("list_role_assignments"),
      ],
    ])
    await t.test("deleting a project keeps its networks, and its tokens become invalid", async (t) => {
      const body = { name: `${name}-c`, domain_id: "default" }
      const project = made(await admin.identity("POST", "/projects", { project: body }))
      await grantMember(admin, idOf(project), userId)
      const session = await signIn(target, { name, password: tenant.password, project: { id: project.id } })
      const network = made(await session.network("POST", "/networks", { network: { name: "left" } }))
      await admin.identity("DELETE", `/projects/${project.id}`)
      t.same((await admin.network("GET", `/networks/${network.id}`)).status, 200)
      t.same(refusal(await session.identity("GET", "/auth/projects")), [
        404,
        "Not Found",
        "Could not find project: PROJECT.",
      ])
      await removeProject(admin, idOf(project))
    })
    await t.test("a disabled project issues no token", async (t) => {
      const body = { name: `${name}-d`, domain_id: "default", enabled: false }
      const project = made(await admin.identity("POST", "/projects", { project: body }))
      await grantMember(admin, idOf(project), userId)
      const login = { name, password: tenant.password, project: { id: project.id } }
      const failed = await signIn(target, login).catch((error: Error) => error.message)
      t.match(failed, /^401/)
      await admin.identity("DELETE", `/projects/${project.id}`)
    })
  })
