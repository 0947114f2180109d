import fastify from "fastify"
import t from "tap"
import { LoginAttempts } from "../../host/api/login-attempts.ts"
import { hashPassword, isPassword } from "../../host/api/passwords.ts"
import { serveSignIn } from "../../host/api/sign-in.ts"
import { openHostTables } from "../../host/api/tables.ts"
import { createLogin } from "../../host/demo/login.ts"
import { handleErrors } from "../../plugin/error-responses.ts"
import { ask } from "../helpers/http.ts"
import { type Row, withApi } from "./demo-api.ts"

t.test("a user signs in with the password that was shown at the start", (t) =>
  withApi(async ({ world, site, get }) => {
    const { owner, staff } = world.rows.users
    const login = await createLogin(world.pool, owner)
    const signIn = (body: unknown) => ask(`${site}/api-auth/password/`, { method: "POST", body })
    const { status, body } = await signIn(login)
    t.strictSame([status, body], [200, { token: owner.token }])
    const me = (await get("users/me/", { token: (body as { token: string }).token })).body as Row
    t.equal(me.username, "owner")
    t.type(me.agreement_date, "string", "the front end asks for no agreement")
    const { rows } = await world.pool.query<{ password: string }>(
      "select password from core_user where username = 'owner'",
    )
    t.match(rows[0]?.password, /^pbkdf2_sha256\$\d+\$\w+\$[\w+/]+=$/, "stored as Django stores it")
    t.notOk(JSON.stringify(me).includes("pbkdf2"))

    const refused = [401, { detail: "Invalid username/password." }]
    for (const [rule, sent] of [
      ["a wrong password", { ...login, password: `${login.password}x` }],
      ["an unknown user", { ...login, username: "nobody" }],
      ["a user without a password", { username: staff.username, password: "!" }],
    ] as const) {
      const answer = await signIn(sent)
      t.strictSame([answer.status, answer.body], refused, rule)
    }
    await world.pool.query("update core_user set is_active = false where username = 'owner'")
    t.strictSame((await signIn(login)).status, 401, "a user who is not active")
    for (const [sent, errors] of [
      [{}, { username: ["This field is required."], password: ["This field is required."] }],
      [
        { username: 1, password: "" },
        { username: ["Not a valid string."], password: ["This field may not be blank."] },
      ],
      [[], { username: ["This field is required."], password: ["This field is required."] }],
      [{ username: "\0", password: "x" }, { username: ["Not a valid string."] }],
    ] as const) {
      const answer = await signIn(sent)
      t.strictSame([answer.status, answer.body], [400, errors])
    }
  }),
)

t.test("a name is locked after ten failures, for ten minutes", (t) => {
  let now = 0
  const attempts = new LoginAttempts(() => now)
  for (let failure = 1; failure <= 10; failure += 1) {
    t.notOk(attempts.areTooMany("owner"), `${failure - 1} failures`)
    attempts.failed("owner")
  }
  t.ok(attempts.areTooMany("owner"))
  t.notOk(attempts.areTooMany("staff"), "another name is not locked")
  now += 10 * 60_000
  t.notOk(attempts.areTooMany("owner"))
  attempts.failed("staff")
  attempts.succeeded("staff")
  for (let failure = 1; failure < 10; failure += 1) attempts.failed("staff")
  t.notOk(attempts.areTooMany("staff"), "a success resets the count")
  for (let name = 0; name < 2_000; name += 1) attempts.failed(`name-${name}`)
  t.notOk(attempts.areTooMany("name-0"), "old names are forgotten")
  t.end()
})

t.test("passwords are stored and compared as in Django", async (t) => {
  // Calculated with Python's hashlib.pbkdf2_hmac, which Django calls.
  const known = "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A="
  t.ok(await isPassword("l\u00e8tmein", known))
  t.notOk(await isPassword("letmein", known))
  const stored = await hashPassword("häuschen")
  t.ok(await isPassword("häuschen", stored))
  t.notOk(await isPassword("hauschen", stored))
  t.not(await hashPassword("häuschen"), stored, "each has its own salt")
  for (const odd of [
    "!",
    "",
    "pbkdf2_sha256$x$y$z",
    "pbkdf2_sha256$0$s$aa",
    "md5$1$s$aa",
    "pbkdf2_sha256$9e9$s$aa",
  ]) {
    t.notOk(await isPassword("x", odd), odd)
  }
})

t.test("a locked name is refused with Waldur's words even with the right password", (t) =>
  withApi(async ({ world }) => {
    const login = await createLogin(world.pool, world.rows.users.owner)
    const app = fastify()
    handleErrors(app)
    serveSignIn(app, { db: openHostTables(world.pool) })
    const send = (password: string) =>
      app.inject({ method: "POST", url: "/api-auth/password/", payload: { ...login, password } })
    await Promise.all(Array.from({ length: 10 }, () => send("wrong")))
    const { statusCode, body } = await send(login.password)
    t.equal(statusCode, 401)
    t.strictSame(JSON.parse(body), { detail: "Username is locked out. Try in 10 minutes." })
    await app.close()
  }),
)
