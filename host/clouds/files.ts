import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { UsageError } from "../command/usage-error.ts"

/** Where the command runs. */
export interface Place {
  readonly cwd: string
  readonly home: string
  readonly env: NodeJS.ProcessEnv
}

export interface CloudFiles {
  /** undefined: none was found, and none was named. */
  readonly clouds: string | undefined
  /** Secrets that are kept apart. */
  readonly secure: string | undefined
}

const suffixes = [".yaml", ".yml", ".json"]

/**
 * Finds clouds.yaml and secure.yaml as OpenStack's own clients do; the first that is there wins. A file that is named
 * is taken alone, with what lies beside it.
 * https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 * @throws UsageError where the named file is not there
 */
export function findCloudFiles(named: string | undefined, place: Place): CloudFiles {
  const { OS_CLIENT_CONFIG_FILE: config, OS_CLIENT_SECURE_FILE: secure } = place.env
  if (named !== undefined && !existsSync(named)) throw new UsageError(`--clouds: there is no file ${named}.`)
  const clouds = named ?? first([config, ...inFolders("clouds", folders(place))])
  const beside = clouds === undefined ? [] : [dirname(clouds)]
  const more = named === undefined ? folders(place) : []
  return { clouds, secure: first([secure, ...inFolders("secure", [...beside, ...more])]) }
}

/** Folders that are looked through, in order. */
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
