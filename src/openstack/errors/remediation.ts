import type { CloudFailure } from "./cloud-error.ts"

/** What is to be said of a failure beside the cloud's words. */
export interface Advice {
  /** One sentence for whoever runs the cloud or the marketplace. */
  readonly text: string
  /** Set where the whole cloud is out of reach, whatever was asked: the call is then no news. */
  readonly whole?: true
}

type Told = Omit<CloudFailure, "retry" | "uncertain" | "requestId">

interface Rule extends Advice {
  readonly applies: (failure: Told) => boolean
}

const says =
  (words: RegExp) =>
  ({ cloudMessage }: Told) =>
    words.test(cloudMessage)

const unanswered =
  (words: RegExp) =>
  ({ status, cloudMessage }: Told) =>
    status === 0 && words.test(cloudMessage)

const signIn = ({ path }: Told) => path === "/auth/tokens"

/** The first rule that applies is said. */
const rules: readonly Rule[] = [
  {
    applies: unanswered(/CERT_HAS_EXPIRED/),
    text: "Its certificate, or that of the authority that signed it, has expired: renew it, give the new authority's certificate to the settings of this cloud, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/ALTNAME/),
    text: "Its certificate is for another host: correct the address in the settings of this cloud, or the certificate, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/),
    text: "Nobody who is trusted here has signed its certificate: give the certificate of its authority to the settings of this cloud, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/ERR_SSL|EPROTO|ERR_TLS/),
    text: "What answers there does not speak TLS: correct http or https in the address of this cloud, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT/),
    text: "Check its address in the settings of this cloud, and that it can be reached from this host, then retry.",
  },
  {
    applies: unanswered(/^the catalog has no region/),
    text: "Correct the region in the settings of this cloud, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/^the catalog has no .* in region/),
    text: "Correct the region in the settings of this cloud, or have the service registered there, then retry.",
    whole: true,
  },
  {
    applies: unanswered(/^the catalog has no/),
    text: "Have the service registered in this cloud's catalog, or correct the interface in the settings of this cloud, then retry.",
    whole: true,
  },
  {
    applies: (failure) => signIn(failure) && failure.status === 401 && failure.delegated === true,
    text: "Check id and secret of the application credential in the settings of this cloud, and that it has not expired or been deleted, then retry.",
    whole: true,
  },
  {
    applies: (failure) => signIn(failure) && failure.status === 401,
    text: "Correct user, password, domain and project in the settings of this cloud, then retry.",
    whole: true,
  },
  {
    applies: (failure) =>
      signIn(failure) &&
      ((failure.status >= 200 && failure.status < 400) || [404, 405].includes(failure.status)),
    text: "Correct the address in the settings of this cloud: it has to be that of Keystone v3, then retry.",
    whole: true,
  },
  {
    applies: ({ status, type, cloudMessage }) =>
      type === "OverQuota" || ([403, 409, 413].includes(status) && /quota/i.test(cloudMessage)),
    text: "Raise this quota of the destination project, or remove what fills it, then retry.",
  },
  {
    applies: ({ service, status, delegated }) =>
      status === 403 && service === "identity" && delegated === true,
    text: "An application credential keeps the roles that it was made with and cannot be scoped to another project: give the settings of this cloud one that an administrator made with the role admin, or a user and password, then retry.",
  },
  {
    applies: ({ status }) => status === 403,
    text: "Give the user in the settings of this cloud a role that allows it, as a rule admin, then retry.",
  },
  {
    applies: ({ service, method, path, status, cloudMessage }) =>
      service === "network" &&
      method === "PUT" &&
      /^\/routers\/[^/]+$/.test(path) &&
      ((status === 404 && /network/i.test(cloudMessage)) || /not an external network/i.test(cloudMessage)),
    text: "Name an external network that exists in the settings of this cloud, then retry.",
  },
  {
    // A collection that is not there is no missing object: the path names none.
    applies: ({ service, path, status }) =>
      service === "network" && status === 404 && /^\/[a-z-]+$/.test(path),
    text: "This Neutron lacks the extension that serves it: have its service plugin enabled, then retry.",
  },
  {
    applies: says(/Unrecognized attribute/i),
    text: "This Neutron lacks the extension that knows it: have it enabled, then retry.",
  },
]

export function adviceOn(failure: Told): Advice | undefined {
  return rules.find(({ applies }) => applies(failure))
}
