import type { NamedDefinition } from "./definition.ts"

/** Variables that choose a cloud or a file, and describe none. */
const selectors = [
  "OS_CLOUD",
  "OS_CLOUD_NAME",
  "OS_REGION_NAME",
  "OS_CLIENT_CONFIG_FILE",
  "OS_CLIENT_SECURE_FILE",
]

/** What else begins so is for the test tools of OpenStack's own developers. */
const others = /^OS_(?:TEST|STD|LOG)/

/** The cloud that the OS_* variables describe, named `envvars` or as OS_CLOUD_NAME says; undefined where there are none. */
export function environmentCloud(env: NodeJS.ProcessEnv): NamedDefinition | undefined {
  const names = Object.keys(env).filter((name) => name.startsWith("OS_") && !others.test(name) && env[name])
  if (names.every((name) => selectors.includes(name))) return undefined
  const definition = Object.fromEntries(names.map((name) => [name.slice(3).toLowerCase(), env[name]]))
  return { name: env.OS_CLOUD_NAME || "envvars", definition, origin: "the OS_* variables" }
}
