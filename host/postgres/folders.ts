import { mkdir, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, resolve } from "node:path"

/** Returns a temporary directory that every user may enter; only root may enter some that TMPDIR names. */
export async function sharedTemporaryFolder(): Promise<string> {
  for (const folder of [tmpdir(), "/tmp", "/var/tmp"]) if (await isOpenToAll(folder)) return folder
  await mkdir("/tmp", { recursive: true, mode: 0o1777 })
  return "/tmp"
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const stats = await stat(path).catch(() => undefined)
    if (!stats?.isDirectory() || (stats.mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}
