import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { UsageError } from "../command/usage-error.ts"

/** The folders and variables that a command runs with. */
export interface Place {
  readonly cwd: string
  readonly home: string
  readonly env: NodeJS.ProcessEnv
}

export interface CloudFiles {
  /** undefined: no file was named, and none was found. */
  readonly clouds: string | undefined
  /** Secrets, kept in a file of their own. */
  readonly secure: string | undefined
}

const suffixes = [".yaml", ".yml", ".json"]

/**
 * Finds clouds.yaml and secure.yaml as OpenStack's own clients do: the first one that exists is used. For a named file
 * secure.yaml is looked for in its folder only.
 * https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 * @throws UsageError where the named file does not exist
 */
export function findCloudFiles(named: string | undefined, place: Place): CloudFiles {
  const { OS_CLIENT_CONFIG_FILE: config, OS_CLIENT_SECURE_FILE: secure } = place.env
  if (named !== undefined && !existsSync(named)) throw new UsageError(`--clouds: ${named} does not exist.`)
  const clouds = named ?? first([config, ...inFolders("clouds", folders(place))])
  const beside = clouds === undefined ? [] : [dirname(clouds)]
  const more = named === undefined ? folders(place) : []
  return { clouds, secure: first([secure, ...inFolders("secure", [...beside, ...more])]) }
}

/** Returns the folders to search, in order. */
export function folders({ cwd, home, env }: Place): readonly string[] {
  const own = env.XDG_CONFIG_HOME ? [join(env.XDG_CONFIG_HOME, "openstack")] : []
  return [cwd, ...own, join(home, ".config", "openstack"), "/etc/openstack"]
}

function inFolders(name: string, all: readonly string[]): readonly string[] {
  return all.flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix)))
}

function first(paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && path !== "" && existsSync(path))
}
