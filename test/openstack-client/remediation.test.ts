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

for (const [title, failure, call, remediation] of [
  ["a refused sign-in", { ...signIn, status: 401 }, true, /^Correct user, password, domain and project/],
  ["a wrong address", { ...signIn, status: 404 }, true, /^Correct the address .* Keystone v3/],
  [
    "an expired certificate",
    { cloudMessage: "CERT_HAS_EXPIRED: certificate has expired" },
    false,
    /^The certificate of north, .* has expired/,
  ],
  [
    "an untrusted CA",
    { cloudMessage: "DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate" },
    false,
    /^The certificate of north is not signed by a trusted CA/,
  ],
  [
    "a certificate for another host",
    { cloudMessage: "ERR_TLS_CERT_ALTNAME_INVALID: Host: x" },
    false,
    /for another host name/,
  ],
  ["a server without TLS", { cloudMessage: "EPROTO: wrong version number" }, false, /http or https/],
  [
    "a cloud that is down",
    { cloudMessage: "connect ECONNREFUSED 192.0.2.1:5000" },
    true,
    /^Check the address/,
  ],
  [
    "a service that the catalog lacks",
    { cloudMessage: "the catalog has no public endpoint of type network; it has nothing" },
    false,
    /^Register the service/,
  ],
  [
    "a region that the catalog lacks",
    { cloudMessage: "the catalog has no region X; it has Y" },
    false,
    /^Correct the region in this cloud's settings, then/,
  ],
  [
    "a service that a region lacks",
    { cloudMessage: "the catalog has no public endpoint of type network in region X; it has a" },
    false,
    /^Correct the region .* or register the service/,
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
  ["a missing right", identity, true, /a role that permits this \(usually admin\) in north/],
  [
    "a missing right of an application credential",
    { ...identity, usesApplicationCredential: true },
    true,
    /^An application credential keeps the roles .* cannot be scoped/,
  ],
  [
    "an external network that is gone",
    { method: "PUT", path: "/routers/R", status: 404, cloudMessage: "Network N could not be found." },
    true,
    /^Set an external network that exists/,
  ],
  [
    "a collection that Neutron lacks",
    { path: "/routers", status: 404, cloudMessage: "The resource could not be found." },
    true,
    /lacks the extension that serves this path/,
  ],
  [
    "an attribute that Neutron lacks",
    { status: 400, cloudMessage: "Unrecognized attribute(s) 'mtu'" },
    true,
    /lacks the extension that defines this attribute/,
  ],
] as const)
  t.test(`${title}: the message ends with what to do`, async (t) => {
    const all: CloudFailure = { ...base, ...failure }
    const { message } = new CloudError(all)
    const [what = "", ...rest] = message.split(/\. (?=[A-Z])/)
    t.match(rest.join(". "), remediation)
    t.match(message, /, then retry\.$/)
    t.match(what, /^north: /)
    t.equal(
      what.includes(`${all.service} ${all.method} ${all.path}`),
      call,
      "names the call unless every call to this cloud fails",
    )
  })

t.test("a failure without a known remediation has none in its message", async (t) => {
  for (const failure of [
    { path: "/networks/N", status: 404, cloudMessage: "Network N could not be found." },
    { status: 400, cloudMessage: "Invalid input for mtu." },
    { cloudMessage: "no response within 60000 ms" },
  ])
    t.notMatch(new CloudError({ ...base, ...failure }).message, /then retry/)
})
