import { request as forward } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import t, { type Test } from "tap"
import { remediationFor } from "../../src/openstack/errors/remediation.ts"
import { type Certificate, selfSigned } from "../helpers/certificate.ts"
import { connect, type FakeCloud, failureOf, fakeCloud, PASSWORD } from "../openstack-client/fake-cloud.ts"

/** Serves the fake's Keystone over TLS and returns its address. */
async function behindTls(t: Test, fake: FakeCloud, { cert, key }: Certificate): Promise<string> {
  const server = createServer({ cert, key }, (request, response) => {
    const { method = "", url = "", headers } = request
    const onward = forward(`${fake.base}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/identity`
}

t.test("no password is sent to a cloud whose certificate is not signed by a trusted CA", async (t) => {
  const fake = await fakeCloud(t)
  const authUrl = await behindTls(t, fake, selfSigned())
  const error = await failureOf(connect(t, fake, { authUrl }).whoami())
  const cloudMessage = "DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate"
  t.match(error.failure, { status: 0, retry: "no", uncertain: false, cloudMessage })
  t.match(
    remediationFor(error.failure)?.text,
    /^The certificate of north is not signed by a trusted CA\. .* then retry\.$/,
  )
  t.same(fake.signIns, [])
})

t.test("a cloud is trusted if the settings have the certificate of its CA", async (t) => {
  const fake = await fakeCloud(t)
  const certificate = selfSigned()
  const authUrl = await behindTls(t, fake, certificate)
  await connect(t, fake, { authUrl, tls: { ca: certificate.cert } }).whoami()
  t.equal(fake.signIns.length, 1)
  const another = await failureOf(connect(t, fake, { authUrl, tls: { ca: selfSigned().cert } }).whoami())
  t.equal(another.failure.status, 0, "and not with the certificate of another CA")
  t.equal(fake.signIns.length, 1)
})

t.test("a trusted certificate that has expired or is for another host is refused", async (t) => {
  const fake = await fakeCloud(t)
  for (const [certificate, code, remediation] of [
    [selfSigned({ lastsMs: -1_000 }), /CERT_HAS_EXPIRED/, /has expired\. Renew it/],
    [selfSigned({ address: [192, 0, 2, 1] }), /ALTNAME/, /is for another host name/],
  ] as const) {
    const authUrl = await behindTls(t, fake, certificate)
    const error = await failureOf(connect(t, fake, { authUrl, tls: { ca: certificate.cert } }).whoami())
    t.match(error.failure, { retry: "no", cloudMessage: code })
    t.match(remediationFor(error.failure)?.text, remediation)
  }
  t.same(fake.signIns, [])
})

t.test("verify: false in the settings switches the check off", async (t) => {
  const fake = await fakeCloud(t)
  const authUrl = await behindTls(t, fake, selfSigned())
  await connect(t, fake, { authUrl, tls: { verify: false } }).whoami()
  t.equal(fake.signIns.length, 1)
})

t.test("a redirect to another host gets neither password nor token", async (t) => {
  const elsewhere = await fakeCloud(t)
  for (const status of [301, 302, 303, 307, 308]) {
    const location = `${elsewhere.base}/identity/v3/auth/tokens`
    const away = { status, headers: { location } }
    const signingIn = await fakeCloud(t, { signIn: () => away })
    const error = await failureOf(connect(t, signingIn).whoami())
    t.match(error.failure, { status, retry: "no", cloudMessage: /which is not followed$/ })
    const calling = await fakeCloud(t, { answer: () => away })
    for (const method of ["GET", "POST", "PUT", "DELETE"] as const)
      await failureOf(connect(t, calling).call({ service: "network", method, path: "/networks", body: {} }))
    t.notMatch(JSON.stringify(error.failure), PASSWORD)
  }
  t.same([...elsewhere.signIns, ...elsewhere.calls], [], "no request arrived")
})
