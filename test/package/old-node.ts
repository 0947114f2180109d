import { spawnSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { lt } from "semver"

/** Returns a Node on the PATH that is older than `version`, undefined where there is none. */
export function olderNode(version: string): string | undefined {
  const candidates = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"))
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
    } catch {
      return false
    }
    const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" })
    return /^v\d+\.\d+\.\d+$/.test(stdout.trim()) && lt(stdout.trim(), version)
  })
}

/** Makes this Node say that it is another one; for machines without an older one. */
export function pretendedVersion(version: string): string {
  const code = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`
  return `data:text/javascript,${encodeURIComponent(code)}`
}
