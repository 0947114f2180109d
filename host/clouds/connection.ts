import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { UsageError } from "../command/usage-error.ts"
import { type Definition, isMapping, type NamedDefinition } from "./definition.ts"
import type { Place } from "./files.ts"

type Values = (...keys: readonly string[]) => string | undefined

type Refuse = (what: string) => UsageError

const passwordTypes = ["password", "v3password"]
const credentialType = "v3applicationcredential"
const interfaces = ["public", "internal", "admin"] as const

/**
 * Returns how to sign in to a cloud of clouds.yaml.
 * @throws UsageError with every missing key, or with a setting that is not supported
 */
export function connectionOf(named: NamedDefinition, place: Pick<Place, "cwd" | "home">): CloudConnection {
  const { name, definition, origin } = named
  const value = valuesOf(definition)
  const refuse = (what: string) => new UsageError(`Cloud "${name}" of ${origin} ${what}`)
  const byCredential = usesCredential(value, refuse)
  checkSupported(value, refuse)
  const missing = missingKeys(value, byCredential)
  if (missing.length > 0) throw refuse(`lacks ${missing.join(", ")}.`)
  const authUrl = value("auth_url") ?? ""
  if (!/^https?:\/\//.test(authUrl) || !URL.canParse(authUrl)) {
    throw refuse("has an auth_url that is not an http or https URL.")
  }
  return {
    name,
    authUrl,
    username: value("username", "user_name") ?? "",
    password: byCredential ? "" : (value("password") ?? ""),
    projectName: byCredential ? "" : (value("project_name", "tenant_name") ?? ""),
    ...present({
      userId: value("user_id"),
      userDomain: value("user_domain_name", "domain_name", "default_domain_name", "default_domain"),
      userDomainId: value("user_domain_id", "domain_id", "default_domain_id"),
      region: regionOf(definition, value),
    }),
    ...(!byCredential &&
      present({
        projectId: value("project_id", "tenant_id"),
        projectDomain: value("project_domain_name", "domain_name", "default_domain_name", "default_domain"),
        projectDomainId: value("project_domain_id", "domain_id", "default_domain_id"),
      })),
    ...(byCredential && {
      applicationCredential: {
        ...present({ id: value("application_credential_id"), name: value("application_credential_name") }),
        secret: value("application_credential_secret") ?? "",
      },
    }),
    ...interfaceOf(value, refuse),
    ...tlsOf(value, place, refuse),
    ...rateLimitOf(value, refuse),
  }
}

/** Whether to sign in by an application credential; else by a password. */
function usesCredential(value: Values, refuse: Refuse): boolean {
  const authType = value("auth_type", "auth_plugin")
  if (authType === undefined) return value("application_credential_secret") !== undefined
  if (authType === credentialType) return true
  if (passwordTypes.includes(authType)) return false
  throw refuse(`has the auth_type ${authType}; only v3password and ${credentialType} are supported.`)
}

function checkSupported(value: Values, refuse: Refuse): void {
  if (value("system_scope") !== undefined)
    throw refuse("is scoped to the system, which is not supported; set project_name instead.")
  if (/^2/.test(value("identity_api_version") ?? ""))
    throw refuse("has identity_api_version 2; only Keystone v3 is supported.")
  if (value("cert") !== undefined) throw refuse("has a client certificate, which is not supported.")
}

/** Returns a function that looks values up by key, in `auth` or beside it, with - or _. Of several keys the first that is set counts. */
function valuesOf(definition: Definition): Values {
  const flat = new Map<string, string>()
  const auth = isMapping(definition.auth) ? definition.auth : {}
  for (const [key, value] of [...Object.entries(definition), ...Object.entries(auth)])
    if (typeof value === "string" && value !== "") flat.set(key.replaceAll("-", "_"), value)
  return (...keys) => keys.map((key) => flat.get(key)).find((value) => value !== undefined)
}

type Keys = readonly [string, ...string[]]

const address: Keys = ["auth_url"]
const user: Keys = ["username", "user_name", "user_id"]
const project: Keys = ["project_name", "project_id", "tenant_name", "tenant_id"]
const credential: Keys = ["application_credential_id", "application_credential_name"]
const credentialSecret: Keys = ["application_credential_secret"]

/** Returns the keys that are required and not set. Of alternative keys one is enough; the first is reported. */
function missingKeys(value: Values, byCredential: boolean): readonly string[] {
  const byName = value("application_credential_id") === undefined && value("application_credential_name")
  const needed = byCredential
    ? [address, credential, ...(byName ? [user] : []), credentialSecret]
    : [address, user, ["password"] satisfies Keys, project]
  return needed.filter((keys) => value(...keys) === undefined).map(([key]) => key)
}

/** Returns the first region of a list. */
function regionOf({ regions }: Definition, value: Values): string | undefined {
  const [first]: readonly unknown[] = Array.isArray(regions) ? regions : []
  const name = isMapping(first) ? first.name : first
  return typeof name === "string" ? name : value("region_name")?.split(",")[0]?.trim()
}

function interfaceOf(value: Values, refuse: Refuse) {
  const wanted = value("interface", "endpoint_type")?.replace(/URL$/, "")
  if (wanted === undefined) return {}
  const known = interfaces.find((name) => name === wanted)
  if (known === undefined)
    throw refuse(`has the interface ${wanted}; it must be one of ${interfaces.join(", ")}.`)
  return { interface: known }
}

/** Reads the rate limit, by the names that openstacksdk gives it. */
function rateLimitOf(value: Values, refuse: Refuse) {
  const amount = (key: string) => {
    const text = value(key)
    const number = Number(text)
    if (text !== undefined && !(number > 0 && Number.isFinite(number)))
      throw refuse(`has a ${key} that is not a number above 0.`)
    return text === undefined ? undefined : number
  }
  const [requestsPerSecond, inFlight, seconds] = ["rate_limit", "concurrency", "api_timeout"].map(amount)
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(inFlight !== undefined && { inFlight: Math.ceil(inFlight) }),
    ...(seconds !== undefined && { timeoutMs: 1_000 * seconds }),
  }
}

function tlsOf(value: Values, { cwd, home }: Pick<Place, "cwd" | "home">, refuse: Refuse) {
  const yes = (text: string | undefined) => /^(?:true|yes|on|1)$/i.test(text ?? "")
  const no = (text: string | undefined) => /^(?:false|no|off|0)$/i.test(text ?? "")
  if (yes(value("insecure")) || no(value("verify"))) return { tls: { verify: false } }
  const file = value("cacert")
  if (file === undefined) return {}
  const path = resolve(cwd, file.replace(/^~(?=\/)/, home))
  let ca = ""
  try {
    ca = readFileSync(path, "utf8")
  } catch {
    throw refuse(`has a cacert that cannot be read: ${path}.`)
  }
  if (!ca.includes("-----BEGIN CERTIFICATE-----"))
    throw refuse(`has a cacert without a certificate in it: ${path}.`)
  return { tls: { ca } }
}

function present<T extends Readonly<Record<string, string | undefined>>>(values: T) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as { readonly [Key in keyof T]?: string }
}
