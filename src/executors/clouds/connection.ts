import type { CloudConnection } from "../../openstack/cloud/types.ts"
import type { SettingsRow } from "./settings.ts"

type Options = SettingsRow["options"]

const interfaces = ["public", "internal", "admin"] as const

/** Returns the connection that a row of service settings describes: Waldur's own options, and those of this plugin. */
export function connectionOf(settings: SettingsRow): CloudConnection {
  const { name, backendUrl, username, password, domain, options } = settings
  const catalogInterface = interfaces.find((one) => one === options.interface)
  return {
    name,
    authUrl: backendUrl,
    username,
    password,
    userDomain: domain || "Default",
    projectName: text(options, "tenant_name") || "admin",
    ...given("userId", text(options, "user_id")),
    ...given("userDomainId", text(options, "user_domain_id")),
    ...given("projectId", text(options, "tenant_id")),
    ...given("projectDomain", text(options, "project_domain")),
    ...given("projectDomainId", text(options, "project_domain_id")),
    ...applicationCredential(options),
    ...given("region", text(options, "region")),
    ...(catalogInterface && { interface: catalogInterface }),
    ...tls(options),
    ...rateLimit(options),
  }
}

function text(options: Options, key: string): string {
  const value = options[key]
  return typeof value === "string" ? value : ""
}

/** A property, unless its value is empty. */
function given<Key extends string>(key: Key, value: string) {
  return (value === "" ? {} : { [key]: value }) as { readonly [Name in Key]?: string }
}

function applicationCredential(options: Options): Pick<CloudConnection, "applicationCredential"> {
  const secret = text(options, "application_credential_secret")
  if (secret === "") return {}
  return {
    applicationCredential: {
      ...given("id", text(options, "application_credential_id")),
      ...given("name", text(options, "application_credential_name")),
      secret,
    },
  }
}

function tls(options: Options): Pick<CloudConnection, "tls"> {
  const ca = text(options, "ca_certificate")
  const verify = options.verify_ssl !== false
  if (ca === "" && verify) return {}
  return { tls: { ...given("ca", ca), ...(!verify && { verify }) } }
}

/** The limits of the client. A value that is not a positive number is ignored, because the default is safe. */
function rateLimit(options: Options) {
  return {
    ...positive("requestsPerSecond", options.requests_per_second),
    ...positive("inFlight", options.requests_in_flight),
    ...positive("timeoutMs", options.request_timeout, 1_000),
  }
}

function positive<Key extends string>(key: Key, value: unknown, unit = 1) {
  const number = Number(value)
  return (number > 0 && Number.isFinite(number) ? { [key]: number * unit } : {}) as {
    readonly [Name in Key]?: number
  }
}
