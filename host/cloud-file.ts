import { readFile } from "node:fs/promises"

/** A running cloud: its address, the credentials, and what it offers. */
export interface ReachableCloud {
  readonly authUrl: string
  readonly region: string
  readonly username: string
  readonly password: string
  readonly projectName: string
  readonly userDomain: string
  readonly projectDomain: string
  readonly externalNetworkId: string
  /** Ids by name. */
  readonly volumeTypes: Readonly<Record<string, string>>
}

/** Reads the JSON description of a cloud, e.g. the file that OPENSTACK_CLOUD_JSON names. @throws Error with the first missing key */
export async function readCloudFile(file: string): Promise<ReachableCloud> {
  const facts = record(JSON.parse(await readFile(file, "utf8")))
  const text = (name: string, defaultValue?: string): string => {
    const value = facts[name] ?? defaultValue
    if (typeof value !== "string" || value === "") throw new Error(`${file} has no key "${name}" with a text`)
    return value
  }
  return {
    authUrl: text("auth_url"),
    region: text("region"),
    username: text("username"),
    password: text("password"),
    projectName: text("project_name"),
    userDomain: text("user_domain_name", "Default"),
    projectDomain: text("project_domain_name", "Default"),
    externalNetworkId: text("external_network_id"),
    volumeTypes: Object.fromEntries(
      Object.entries(record(facts.volume_types)).map(([name, id]) => [name, String(id)]),
    ),
  }
}

/** Returns the content of such a file. */
export function cloudFileOf(cloud: ReachableCloud): string {
  const facts = {
    auth_url: cloud.authUrl,
    region: cloud.region,
    username: cloud.username,
    password: cloud.password,
    project_name: cloud.projectName,
    user_domain_name: cloud.userDomain,
    project_domain_name: cloud.projectDomain,
    external_network_id: cloud.externalNetworkId,
    volume_types: cloud.volumeTypes,
  }
  return `${JSON.stringify(facts, null, 2)}\n`
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}
}
