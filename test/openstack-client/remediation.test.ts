import t from "tap"
import { CloudError, type CloudFailure } from "../../src/openstack/index.ts"

const base: CloudFailure = {
  cloud: "north",
  service: "network",
  method: "POST",
  path: "/networks",
  status: 0,
  cloudMessage: "",
  type: "",
  requestId: "",
  retry: "no",
  uncertain: false,
}
const identity = { service: "identity", path: "/projects", status: 403 } as const
const signIn = { service: "identity", path: "/auth/tokens" } as const

for (const [title, failure, call, advice] of [
  ["a refused sign-in", { ...signIn, status: 401 }, true, /^Correct user, password, domain and project/],
  ["a wrong address", { ...signIn, status: 404 }, true, /^Correct the address .* Keystone v3/],
  [
    "an expired certificate",
    { cloudMessage: "CERT_HAS_EXPIRED: certificate has expired" },
    false,
    /^Its certificate, .* has expired/,
  ],
  [
    "an unknown authority",
    { cloudMessage: "DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate" },
    false,
    /^Nobody who is trusted here/,
  ],
  [
    "another host's certificate",
    { cloudMessage: "ERR_TLS_CERT_ALTNAME_INVALID: Host: x" },
    false,
    /for another host/,
  ],
  ["no TLS at all", { cloudMessage: "EPROTO: wrong version number" }, false, /http or https/],
  [
    "a cloud that is down",
    { cloudMessage: "connect ECONNREFUSED 192.0.2.1:5000" },
    true,
    /^Check its address/,
  ],
  [
    "a service that the catalog lacks",
    { cloudMessage: "the catalog has no public endpoint of type network; it has nothing" },
    false,
    /^Have the service registered/,
  ],
  [
    "a region that the catalog lacks",
    { cloudMessage: "the catalog has no region X; it has Y" },
    false,
    /^Correct the region .* cloud, then/,
  ],
  [
    "a service that a region lacks",
    { cloudMessage: "the catalog has no public endpoint of type network in region X; it has a" },
    false,
    /^Correct the region/,
  ],
  [
    "a quota of Neutron",
    { status: 409, type: "OverQuota", cloudMessage: "Quota exceeded for resources: ['port']." },
    true,
    /^Raise this quota/,
  ],
  [
    "a quota of Cinder",
    { service: "volume", status: 413, cloudMessage: "exceeds available quota" },
    true,
    /^Raise this quota/,
  ],
  ["a right that is missing", identity, true, /a role that allows it, as a rule admin/],
  [
    "a right that an application credential lacks",
    { ...identity, delegated: true },
    true,
    /^An application credential keeps the roles .* cannot be scoped/,
  ],
  [
    "an external network that is gone",
    { method: "PUT", path: "/routers/R", status: 404, cloudMessage: "Network N could not be found." },
    true,
    /^Name an external network that exists/,
  ],
  [
    "a collection that Neutron does not know",
    { path: "/routers", status: 404, cloudMessage: "The resource could not be found." },
    true,
    /lacks the extension that serves it/,
  ],
  [
    "an attribute that Neutron does not know",
    { status: 400, cloudMessage: "Unrecognized attribute(s) 'mtu'" },
    true,
    /lacks the extension that knows it/,
  ],
] as const)
  t.test(`${title}: the error says what to do`, async (t) => {
    const all: CloudFailure = { ...base, ...failure }
    const { message } = new CloudError(all)
    const [said = "", ...rest] = message.split(/\. (?=[A-Z])/)
    t.match(rest.join(". "), advice)
    t.match(message, /, then retry\.$/)
    t.match(said, /^north: /)
    t.equal(
      said.includes(`${all.service} ${all.method} ${all.path}`),
      call,
      "names the call where it matters",
    )
  })

t.test("nothing is advised where nobody knows what to do", async (t) => {
  for (const failure of [
    { path: "/networks/N", status: 404, cloudMessage: "Network N could not be found." },
    { status: 400, cloudMessage: "Invalid input for mtu." },
    { cloudMessage: "no answer within 60000 ms" },
  ])
    t.notMatch(new CloudError({ ...base, ...failure }).message, /then retry/)
})
