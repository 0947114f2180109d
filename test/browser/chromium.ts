import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

/** Where Debian's package puts it. */
const binary = "/usr/bin/chromium"

export const chromiumIsInstalled = existsSync(binary)

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--window-size=1400,2600",
  // The page's own clock: what it does in that time is done, however slow the machine is.
  "--virtual-time-budget=10000",
  // Nothing but this machine: a page that needs another host shows it.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

/** Opens a page in a browser of its own. @param what `--dump-dom` or `--screenshot=…` @returns what it prints */
export async function openPage(url: string, what: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"))
  try {
    const { stdout } = await promisify(execFile)(
      binary,
      [...flags, `--user-data-dir=${profile}`, what, url],
      { timeout: 90_000, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 },
    )
    return stdout
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
