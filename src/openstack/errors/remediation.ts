import type { CloudFailure } from "./call-failure.ts"

/** What a person can do about a failed call. */
export interface Remediation {
  /** Addressed to whoever operates the cloud or the marketplace; ends with "then retry." */
  readonly text: string
  /** Set where every call to this cloud fails in the same way; the message then leaves the call out. */
  readonly wholeCloud?: true
}

/** What the rules look at. */
type Facts = Omit<CloudFailure, "retry" | "uncertain" | "requestId">

interface RemediationRule {
  readonly applies: (facts: Facts) => boolean
  readonly text: string | ((facts: Facts) => string)
  readonly wholeCloud?: true
}

const hasWords =
  (words: RegExp) =>
  ({ cloudMessage }: Facts) =>
    words.test(cloudMessage)

const withoutResponse =
  (words: RegExp) =>
  ({ status, cloudMessage }: Facts) =>
    status === 0 && words.test(cloudMessage)

const isSignIn = ({ path }: Facts) => path === "/auth/tokens"

const tls: readonly RemediationRule[] = [
  {
    applies: withoutResponse(/CERT_HAS_EXPIRED/),
    text: ({ cloud }) =>
      `The certificate of ${cloud}, or of the CA that signed it, has expired. Renew it, add the CA to this cloud's settings if it is a new one, then retry.`,
    wholeCloud: true,
  },
  {
    applies: withoutResponse(/ALTNAME/),
    text: ({ cloud }) =>
      `The certificate of ${cloud} is for another host name. Correct the address in this cloud's settings or the certificate, then retry.`,
    wholeCloud: true,
  },
  {
    applies: withoutResponse(/CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/),
    text: ({ cloud }) =>
      `The certificate of ${cloud} is not signed by a trusted CA. Add the CA to this cloud's settings, then retry.`,
    wholeCloud: true,
  },
  {
    applies: withoutResponse(/ERR_SSL|EPROTO|ERR_TLS/),
    text: "The server at this address does not speak TLS. Correct http or https of the address in this cloud's settings, then retry.",
    wholeCloud: true,
  },
]

const catalog: readonly RemediationRule[] = [
  {
    applies: withoutResponse(/^the catalog has no region/),
    text: "Correct the region in this cloud's settings, then retry.",
    wholeCloud: true,
  },
  {
    applies: withoutResponse(/^the catalog has no .* in region/),
    text: "Correct the region in this cloud's settings or register the service there, then retry.",
    wholeCloud: true,
  },
  {
    applies: withoutResponse(/^the catalog has no/),
    text: "Register the service in this cloud's catalog or correct the interface in this cloud's settings, then retry.",
    wholeCloud: true,
  },
]

const signIn: readonly RemediationRule[] = [
  {
    applies: (facts) => isSignIn(facts) && facts.status === 401 && facts.usesApplicationCredential === true,
    text: "Check id and secret of the application credential in this cloud's settings, and that it exists and has not expired, then retry.",
    wholeCloud: true,
  },
  {
    applies: (facts) => isSignIn(facts) && facts.status === 401,
    text: "Correct user, password, domain and project in this cloud's settings, then retry.",
    wholeCloud: true,
  },
  {
    applies: (facts) =>
      isSignIn(facts) && ((facts.status >= 200 && facts.status < 400) || [404, 405].includes(facts.status)),
    text: "Correct the address in this cloud's settings to that of Keystone v3, then retry.",
    wholeCloud: true,
  },
]

const rights: readonly RemediationRule[] = [
  {
    applies: ({ service, status, usesApplicationCredential }) =>
      status === 403 && service === "identity" && usesApplicationCredential === true,
    text: "An application credential keeps the roles that it was created with and cannot be scoped to another project. Set one of a user with the role admin, or a user and password, in this cloud's settings, then retry.",
  },
  {
    applies: ({ status }) => status === 403,
    text: ({ cloud }) =>
      `Grant the configured user a role that permits this (usually admin) in ${cloud}, then retry.`,
  },
]

const network: readonly RemediationRule[] = [
  {
    applies: ({ service, method, path, status, cloudMessage }) =>
      service === "network" &&
      method === "PUT" &&
      /^\/routers\/[^/]+$/.test(path) &&
      ((status === 404 && /network/i.test(cloudMessage)) || /not an external network/i.test(cloudMessage)),
    text: "Set an external network that exists in this cloud's settings, then retry.",
  },
  {
    // The path of a collection names no object: the collection itself is unknown.
    applies: ({ service, path, status }) =>
      service === "network" && status === 404 && /^\/[a-z-]+$/.test(path),
    text: "This Neutron lacks the extension that serves this path. Enable its service plugin, then retry.",
  },
  {
    applies: hasWords(/Unrecognized attribute/i),
    text: "This Neutron lacks the extension that defines this attribute. Enable the extension, then retry.",
  },
]

/** The first rule that applies is used. */
const rules: readonly RemediationRule[] = [
  ...tls,
  {
    applies: withoutResponse(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT/),
    text: "Check the address in this cloud's settings, and that this host can reach it, then retry.",
  },
  ...catalog,
  ...signIn,
  {
    applies: ({ status, type, cloudMessage }) =>
      type === "OverQuota" || ([403, 409, 413].includes(status) && /quota/i.test(cloudMessage)),
    text: "Raise this quota of the destination project or delete what uses it, then retry.",
  },
  ...rights,
  ...network,
]

/** Returns what to do about a failed call, where that is known. */
export function remediationFor(facts: Facts): Remediation | undefined {
  const rule = rules.find(({ applies }) => applies(facts))
  if (rule === undefined) return undefined
  const text = typeof rule.text === "string" ? rule.text : rule.text(facts)
  return { text, ...(rule.wholeCloud && { wholeCloud: true }) }
}
