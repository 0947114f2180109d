import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"

/** `npm run build`: the publishable package in dist/, JavaScript with types. */
const root = join(import.meta.dirname, "..")
rmSync(join(root, "dist"), { recursive: true, force: true })
const { status } = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
})
process.exitCode = status ?? 1
