import type { NamedDefinition } from "./definition.ts"

/** Variables that select a cloud or a file and do not describe one. */
const selectors = [
  "OS_CLOUD",
  "OS_CLOUD_NAME",
  "OS_REGION_NAME",
  "OS_CLIENT_CONFIG_FILE",
  "OS_CLIENT_SECURE_FILE",
]

/** Variables of the test tools of OpenStack's developers. */
const testVariables = /^OS_(?:TEST|STD|LOG)/

/** Returns the cloud that the OS_* variables describe, named `envvars` or after OS_CLOUD_NAME; undefined where none are set. */
export function environmentCloud(env: NodeJS.ProcessEnv): NamedDefinition | undefined {
  const names = Object.keys(env).filter(
    (name) => name.startsWith("OS_") && !testVariables.test(name) && env[name],
  )
  if (names.every((name) => selectors.includes(name))) return undefined
  const definition = Object.fromEntries(names.map((name) => [name.slice(3).toLowerCase(), env[name]]))
  return { name: env.OS_CLOUD_NAME || "envvars", definition, origin: "the OS_* variables" }
}
