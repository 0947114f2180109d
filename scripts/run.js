// Runs a TypeScript file of this project. Plain JavaScript, because the machine's own Node (20 or newer) starts it:
// it installs what package-lock.json names when that is missing or older, then goes on in the project's Node.
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, "node_modules")
const lock = join(root, "package-lock.json")
const stamp = join(modules, ".installed-lock")

function install() {
  const wanted = readFileSync(lock, "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return
  const installed = join(modules, ".package-lock.json")
  const current = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs
  if (!current) {
    process.stderr.write("Installing dependencies (npm ci) …\n")
    const npm = process.env.npm_execpath
    const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []]
    const done = spawnSync(command, [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
    })
    if (done.status !== 0) {
      process.stderr.write("npm ci failed: see its messages above.\n")
      process.exit(done.status ?? 1)
    }
  }
  writeFileSync(stamp, wanted)
}

/** The Node that comes with the dependencies where there is one for this platform, else the user's own. */
function nodeBinary() {
  const own = join(modules, ".bin", "node")
  if (existsSync(own)) return own
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath
  process.stderr.write(
    `Node ${process.versions.node} is too old: on ${process.platform}-${process.arch} this project needs your own Node 22.19 or newer.\n`,
  )
  process.exit(1)
}

install()
const [script, ...args] = process.argv.slice(2)
const node = nodeBinary()
const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(root, script), ...args], {
  stdio: "inherit",
  env: { ...process.env, PATH: `${join(modules, ".bin")}:${process.env.PATH}` },
})
// The signal goes on to the child, which ends in its own way; this process only waits for it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)))
