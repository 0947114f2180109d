import t from "tap"
import { connect, endpoint, failureOf, fakeCloud, PASSWORD, type Seen } from "./fake-cloud.ts"

const networks = { service: "network", method: "GET", path: "/networks" } as const

t.test("a password signs in to the project, with domains by name", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake, { userDomain: "People", projectDomain: "Projects" })
  t.same(await cloud.whoami(), { projectId: "project-id", userId: "user-id", domainId: "domain-id" })
  t.same(fake.signIns[0]?.body, {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: "ann", domain: { name: "People" }, password: PASSWORD } },
      },
      scope: { project: { name: "tenant", domain: { name: "Projects" } } },
    },
  })
})

t.test("the project's domain is the user's unless named, and the user's is Default", async (t) => {
  const fake = await fakeCloud(t)
  await connect(t, fake).whoami()
  await connect(t, fake, { userDomain: "People" }).whoami()
  t.match(fake.signIns[0]?.body, { auth: { scope: { project: { domain: { name: "Default" } } } } })
  t.match(fake.signIns[1]?.body, { auth: { scope: { project: { domain: { name: "People" } } } } })
})

for (const [title, more, identity, scope] of [
  [
    "user, project and their domains may be given by id",
    { userDomainId: "d1", projectId: "p1" },
    { methods: ["password"], password: { user: { name: "ann", domain: { id: "d1" }, password: PASSWORD } } },
    { project: { id: "p1" } },
  ],
  [
    "the project's domain is the user's, by its id too",
    { userId: "u1", userDomainId: "d1" },
    { methods: ["password"], password: { user: { id: "u1", password: PASSWORD } } },
    { project: { name: "tenant", domain: { id: "d1" } } },
  ],
  [
    "an application credential signs in by its id, with the scope that it has",
    { applicationCredential: { id: "c1", secret: "s1" } },
    { methods: ["application_credential"], application_credential: { id: "c1", secret: "s1" } },
    undefined,
  ],
  [
    "an application credential signs in by its name and its user",
    { userDomain: "People", applicationCredential: { name: "robot", secret: "s1" } },
    {
      methods: ["application_credential"],
      application_credential: {
        name: "robot",
        secret: "s1",
        user: { name: "ann", domain: { name: "People" } },
      },
    },
    undefined,
  ],
] as const)
  t.test(title, async (t) => {
    const fake = await fakeCloud(t)
    await connect(t, fake, more).whoami()
    t.strictSame(fake.signIns[0]?.body, { auth: { identity, ...(scope && { scope }) } })
  })

t.test("the error of a refused application credential names it without its secret", async (t) => {
  const fake = await fakeCloud(t, { signIn: () => refusal })
  const applicationCredential = { name: "robot", secret: "s3cret-of-robot" }
  const error = await failureOf(connect(t, fake, { applicationCredential }).call(networks))
  t.match(error.message, "application credential robot of user ann (domain Default) cannot sign in: ")
  t.match(error.message, "Check id and secret of the application credential")
  t.notMatch(error.message, "s3cret-of-robot")
})

t.test(
  "no error contains the secret of an application credential, even when the cloud repeats it",
  async (t) => {
    const body = { NeutronError: { type: "X", message: "no s3cret-of-robot here", detail: "" } }
    const fake = await fakeCloud(t, { answer: () => ({ status: 400, body }) })
    const applicationCredential = { id: "c1", secret: "s3cret-of-robot" }
    const error = await failureOf(connect(t, fake, { applicationCredential }).call(networks))
    t.equal(error.failure.cloudMessage, "no *** here")
  },
)

for (const suffix of ["", "/", "/v3", "/v3/"])
  t.test(`the address of Keystone may end in "/identity${suffix}"`, async (t) => {
    const fake = await fakeCloud(t)
    const cloud = connect(t, fake, { authUrl: `${fake.base}/identity${suffix}` })
    t.equal((await cloud.whoami()).userId, "user-id")
  })

t.test("nothing is sent before the first call", async (t) => {
  const fake = await fakeCloud(t)
  connect(t, fake)
  await new Promise((later) => setImmediate(later))
  t.same(fake.signIns, [])
})

t.test("concurrent calls share one sign-in, also with a clock that is years off", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake)
  await Promise.all(Array.from({ length: 20 }, () => cloud.call(networks)))
  await cloud.call(networks)
  t.equal(fake.signIns.length, 1)
  t.same(new Set(fake.calls.map((call) => call.token)), new Set(["token-1"]))
})

t.test("a token is renewed before it expires", async (t) => {
  const fake = await fakeCloud(t, { tokenLifeMs: 200 })
  const cloud = connect(t, fake)
  await cloud.call(networks)
  await new Promise((later) => setTimeout(later, 190))
  await cloud.call(networks)
  t.same(
    fake.calls.map((call) => call.token),
    ["token-1", "token-2"],
  )
})

t.test("a 401 renews the token once for all calls that got it", async (t) => {
  const fake = await fakeCloud(t, { answer: acceptOnly("token-2") })
  const cloud = connect(t, fake, { inFlight: 16 })
  await Promise.all(Array.from({ length: 10 }, () => cloud.call(networks)))
  t.equal(fake.signIns.length, 2)
})

t.test("a POST that got a 401 is retried, because it took no effect", async (t) => {
  const fake = await fakeCloud(t, { answer: acceptOnly("token-2") })
  await connect(t, fake).call({ ...networks, method: "POST", body: {} })
  t.equal(fake.calls.length, 2)
})

t.test("a second 401 is not retried", async (t) => {
  const fake = await fakeCloud(t, { answer: acceptOnly("none") })
  const error = await failureOf(connect(t, fake).call(networks))
  t.match(error.failure, { status: 401, retry: "later", uncertain: false })
  t.equal(fake.signIns.length, 2)
  t.equal(fake.calls.length, 2)
})

t.test("a refused sign-in names cloud, user and project, and is not repeated", async (t) => {
  const fake = await fakeCloud(t, { signIn: () => refusal })
  const error = await failureOf(connect(t, fake).call(networks))
  t.match(
    error.message,
    "north: identity POST /auth/tokens answered 401: user ann (domain Default) cannot sign in",
  )
  t.match(
    error.message,
    "project tenant (domain Default): The request you have made requires authentication.",
  )
  t.equal(error.retry, "no")
  t.equal(fake.signIns.length, 1)
})

t.test("a sign-in is retried after a failure", async (t) => {
  const fake = await fakeCloud(t, {
    signIn: (count) => [undefined, "reset", { status: 503 }][count] as never,
  })
  t.equal((await connect(t, fake).whoami()).userId, "user-id")
  t.equal(fake.signIns.length, 3)
})

t.test("a response that is not Keystone's is an error", async (t) => {
  const fake = await fakeCloud(t, { signIn: () => ({ body: "<html>Welcome</html>" }) })
  t.match((await failureOf(connect(t, fake).whoami())).message, "the response is not a token of Keystone v3")
})

t.test("the error of a service that the catalog lacks says what it has", async (t) => {
  const fake = await fakeCloud(t, { catalog: (base) => [endpoint("network", base, "south", "internal")] })
  for (const [more, words] of [
    [{}, "no public endpoint of type network; it has network (internal@south)"],
    [{ interface: "admin" }, "no admin endpoint of type network; it has network (internal@south)"],
    [{ region: "north" }, "the catalog has no region north; it has south"],
  ] as const) {
    const error = await failureOf(connect(t, fake, more).call(networks))
    t.match(error.message, words)
    t.match(error.failure, { status: 0, retry: "no", uncertain: false })
  }
  t.same(fake.calls, [])
})

t.test("a service that is registered after the sign-in is found by the next call", async (t) => {
  let registered = false
  const fake = await fakeCloud(t, {
    catalog: (base) => [endpoint(registered ? "network" : "image", base)],
  })
  const cloud = connect(t, fake)
  t.match((await failureOf(cloud.call(networks))).message, "it has image.")
  registered = true
  await cloud.call(networks)
  t.equal(fake.signIns.length, 2)
  await cloud.call(networks)
  t.equal(fake.signIns.length, 2, "and a listed service causes no sign-in")
})

const refusal = {
  status: 401,
  body: {
    error: {
      code: 401,
      title: "Unauthorized",
      message: "The request you have made requires authentication.",
    },
  },
}

function acceptOnly(token: string) {
  return (seen: Seen) => (seen.token === token ? { body: {} } : refusal)
}
